// The desk without a mouse: one search box, rows under arrow keys, numbers that pick, a form that leads on by itself.
import { guard, live } from "./live.js";

const body = document.body;
const root = "/desk";
const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const typing = (element) => element?.matches?.("input:not([type=radio],[type=checkbox]),textarea,select");

// ---------- live ----------
if (body.dataset.at !== undefined) live(`${root}/live?at=${encodeURIComponent(body.dataset.at)}`, (to) => location.assign(to));
guard(`${root}/worker.js`);
if ("print" in body.dataset) addEventListener("load", () => print());

// ---------- single keys (may be turned off) and rows ----------
const PLACES = { t: "/", n: "/receive", p: "/parcels", e: "/eyes", u: "/units", r: "/register", d: "/devices", s: "/switch" };
const help = one("#keys");

function rowKeys() { return all(".board .row .key, .board .rows a.key").filter((key) => key.offsetParent && !key.closest("details")); }

function moveRow(step) {
  const keys = rowKeys();
  if (!keys.length) return;
  const at = keys.indexOf(document.activeElement);
  const next = keys[Math.min(Math.max(at < 0 ? (step > 0 ? 0 : keys.length - 1) : at + step, 0), keys.length - 1)];
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

function singleKey(key) {
  if (key === "/") one("#find")?.focus();
  else if (key === "?") help?.showModal();
  else if (key === "l") one('.me [name="wish"]')?.click();
  else if (key in PLACES) location.assign(root + PLACES[key]);
  else return false;
  return true;
}

addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const { target, key } = event;
  if (pick(target, key) || steps(target, key)) { event.preventDefault(); return; }
  if (typing(target) || help?.open) { if (key === "Escape" && target.id !== "find") target.blur?.(); return; }
  if (key === "ArrowDown" || key === "ArrowUp") {
    if (target.type === "radio") return;
    event.preventDefault();
    moveRow(key === "ArrowDown" ? 1 : -1);
  } else if (key === "Escape" && body.dataset.at !== "/") {
    location.assign(`${root}/`);
  } else if ("keys" in body.dataset && singleKey(key)) {
    event.preventDefault();
  }
});

// ---------- a number picks ----------
function pick(target, key) {
  if (!/^[1-9]$/.test(key) || typing(target)) return false;
  const group = target.closest("[data-picks]") ?? one("details[open] [data-picks]") ?? one(".board form [data-picks]");
  const choice = group && all('input[type="radio"]', group)[Number(key) - 1];
  if (!choice) return false;
  choice.checked = true;
  choice.focus();
  choice.dispatchEvent(new Event("change", { bubbles: true }));
  if (choice.form?.matches("[data-steps]")) leadOn(choice.form, choice);
  return true;
}

// ---------- a form that leads on: Enter goes to the next thing that is missing, and at the end it registers ----------
function missing(form) {
  return all("input[required],select[required]", form).filter((field) => field.offsetParent && (field.type === "radio" ? !one(`[name="${field.name}"]:checked`, form) : !field.value.trim()));
}

function leadOn(form, from) {
  const told = from.name === "number" || form.dataset.telling;  // the number tells the carrier in a moment
  const open = missing(form).filter((field) => field.name !== from.name && !(told && field.name === "carrier"));
  const last = one('[name="shelf"]', form);
  (open[0] ?? (from === last ? one(".key--go", form) : last)).focus();
}

function steps(target, key) {
  const form = target.closest?.("[data-steps]");
  if (!form || key !== "Enter" || target.matches("button")) return false;
  const open = missing(form).filter((field) => field !== target && field.name !== target.name);
  if (target.name === "shelf" && target.value.trim() && !open.length) { form.requestSubmit(); return true; }
  if (target.name === "to") { toCandidates(form); return true; }
  if (target.name === "number" && !target.value.trim()) return true;
  leadOn(form, target);
  return true;
}

function toCandidates(form) {
  const choices = all('[name="addressee"]', form);
  if (form.dataset.asking) { form.dataset.wanted = "yes"; return; }
  if (choices.length === 1) { choices[0].checked = true; leadOn(form, choices[0]); }
  else (choices.find((choice) => choice.checked) ?? choices[0] ?? one('[name="to"]', form)).focus();
}

addEventListener("input", ({ target }) => {
  if (target.name === "to" && target.form?.matches("[data-steps]")) target.form.dataset.asking = "yes";
  if (target.name === "number" && target.form?.matches("[data-steps]")) target.form.dataset.telling = "yes";
  if (target.name === "carrier") target.dataset.own = "yes";
});
addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id === "about-number") delete target.closest("form").dataset.telling;
  if (target.id === "receive") one("#receive [autofocus]")?.focus();  // the next key may come before htmx has settled
  const told = target.id === "about-number" && one("[data-carrier]", target);
  if (told) {
    const form = target.closest("form");
    const carrier = form.elements.carrier;
    if (!carrier.value || !carrier.dataset.own) carrier.value = told.dataset.carrier;
    form.elements.mail_class.value = told.dataset.class;
  }
  if (target.id === "found") showFound(target);
});
addEventListener("htmx:load", ({ target }) => {
  signing();
  const form = target.id === "candidates" && target.form;
  if (!form) return;
  delete form.dataset.asking;
  if (form.dataset.wanted) { delete form.dataset.wanted; toCandidates(form); }
});

// ---------- search box ----------
const find = one("#find");
const found = one("#found");

function showFound(list) {
  list.hidden = !list.children.length || !find.value.trim();
  find.setAttribute("aria-expanded", String(!list.hidden));
  mark(null);
}

function mark(option) {
  all('[aria-selected="true"]', found).forEach((old) => old.setAttribute("aria-selected", "false"));
  option?.setAttribute("aria-selected", "true");
  option ? find.setAttribute("aria-activedescendant", option.id) : find.removeAttribute("aria-activedescendant");
}

find?.addEventListener("keydown", (event) => {
  const options = found.hidden ? [] : all("[data-go]", found);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = event.key === "ArrowDown" ? (at + 1) % options.length : at > 0 ? at - 1 : options.length - 1;
    if (options.length) mark(options[next]);
  } else if (event.key === "Enter" && at >= 0) {
    event.preventDefault();
    location.assign(options[at].dataset.go);
  } else if (event.key === "Escape") {
    event.preventDefault();
    if (found.hidden) find.blur(); else { found.hidden = true; find.setAttribute("aria-expanded", "false"); }
  }
});
found?.addEventListener("mousedown", (event) => event.preventDefault());
found?.addEventListener("click", ({ target }) => { const go = target.closest("[data-go]"); if (go) location.assign(go.dataset.go); });
find?.addEventListener("blur", () => { found.hidden = true; find.setAttribute("aria-expanded", "false"); });

// ---------- signing on the screen ----------
function signing() {
  for (const part of all("[data-signing]:not([data-ready])")) {
    part.dataset.ready = "yes";
    const pad = one("[data-pad]", part);
    const follow = () => { pad.hidden = !one('[value="screen"]:checked', part); };
    part.addEventListener("change", follow);
    follow();
    drawable(pad);
  }
}

function drawable(pad) {
  const sheet = one("svg", pad), ink = one(".ink", pad), kept = one('[name="drawn"]', pad);
  let stroke = [];
  const point = (event) => {
    const box = sheet.getBoundingClientRect();
    const across = Math.round(((event.clientX - box.left) / box.width) * 1000), down = Math.round(((event.clientY - box.top) / box.height) * 320);
    return `${Math.min(Math.max(across, 0), 1000)} ${Math.min(Math.max(down, 0), 320)}`;
  };
  const path = () => stroke.length > 1 ? `M${stroke.join("L")}` : "";
  sheet.addEventListener("pointerdown", (event) => { sheet.setPointerCapture(event.pointerId); stroke = [point(event)]; event.preventDefault(); });
  sheet.addEventListener("pointermove", (event) => {
    if (!stroke.length) return;
    const here = point(event);
    if (here !== stroke.at(-1)) stroke.push(here);
    ink.setAttribute("d", kept.value + path());
  });
  const up = () => { kept.value += path(); ink.setAttribute("d", kept.value); stroke = []; };
  sheet.addEventListener("pointerup", up);
  sheet.addEventListener("pointercancel", up);
  one("[data-clear]", pad).addEventListener("click", () => { kept.value = ""; ink.setAttribute("d", ""); });
}
signing();

// ---------- what is open gets the focus ----------
for (const part of all("details")) {
  part.addEventListener("toggle", () => { if (part.open) one("input:not([type=hidden]),button", part)?.focus(); });
}
one("[autofocus]")?.focus();
