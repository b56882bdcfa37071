// The page on which the hardware lives: keeps it as the devices are, and passes on what people do to them.

const QUIET_MS = 6000;  // three beats
const AGAIN_MS = 1000;
const TOAST_MS = 5000;

const $ = (what, where = document) => where.querySelector(what);
const all = (what, where = document) => [...where.querySelectorAll(what)];
const body = document.body;

// ---- live: the stream brings the page whole; each [data-live] part that differs is put in place ----
const drawn = new Map();

function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of all("[data-live]", fresh)) {
    const old = $(`[data-live="${part.dataset.live}"]`);
    if (old && differs(old, part) && old !== part) put(old, document.adoptNode(part));  // or it came with its frame
  }
  settle();
}

/** A part with a shape is only a frame for the parts in it: it is drawn again when its shape changes. */
function differs(old, part) {
  const name = part.dataset.live, now = part.dataset.shape ?? part.outerHTML;
  const before = drawn.get(name) ?? old.dataset.shape ?? old.outerHTML;
  drawn.set(name, now);
  return before !== now;
}

function put(old, part) {
  const held = old.contains(document.activeElement);
  const mark = held && markOf(document.activeElement), at = old.scrollTop;
  const chosen = old.value;
  old.replaceWith(part);
  if (part.localName === "select" && part.id === "scope") part.value = chosen;
  if (held) ((mark && $(mark, part)) || (part.matches("button, select, [tabindex]") ? part : $("button", part)))?.focus({ preventScroll: true });
  if (part.matches(".messages")) { if (newest(part) === newest(old)) part.scrollTop = at; else toNewest(part); }
  if (part.matches(".mouth")) unroll(part);
}

const markOf = (element) => (element.dataset.do ? `[data-do="${element.dataset.do}"]` : "");

const newest = (messages) => messages.dataset.newest;

const toNewest = (messages) => { messages.scrollTop = messages.scrollHeight; };

function unroll(mouth) {
  const paper = $("img", mouth);
  paper?.addEventListener("load", () => { mouth.scrollTop = 0; }, { once: true });
}

function live() {
  const banner = $(".frozen");
  let source, quiet;
  const alive = () => { clearTimeout(quiet); banner.hidden = true; quiet = setTimeout(lost, QUIET_MS); };
  const lost = () => { banner.hidden = false; source.close(); clearTimeout(quiet); setTimeout(open, AGAIN_MS); };
  const open = () => {
    source = new EventSource(body.dataset.stream);
    source.addEventListener("beat", alive);
    source.addEventListener("show", (event) => { alive(); show(event.data); });
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) lost(); };
    quiet = setTimeout(lost, QUIET_MS);
  };
  open();
  addEventListener("pagehide", () => source.close());
}

// ---- hands ----
let toasting;

function say(text) {
  const toast = $(".toast");
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toasting);
  toasting = setTimeout(() => { toast.hidden = true; }, TOAST_MS);
}

async function act(key) {
  const { do: what, live: _, scoped, ...args } = key.dataset;
  if (scoped !== undefined && $("#scope").value) args.slot = $("#scope").value;
  for (const name of ["on", "lines"]) if (name in args) args[name] = Number(args[name]);
  const answer = await fetch(`/do/${what.replace(".", "/")}?lang=${document.documentElement.lang}`, {
    method: "POST", body: JSON.stringify(args), headers: { "Content-Type": "application/json", "X-Lobby": "1" },
  }).catch(() => null);
  if (!answer?.ok) say((await answer?.json().catch(() => null))?.text ?? $(".frozen").textContent);
}

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-do], [data-cell], [data-code], [data-opens], [data-larger]");
  if (!key) return;
  if (key.dataset.do) act(key);
  else if (key.dataset.cell) choose(key.dataset.cell);
  else if (key.dataset.code) remember(key);
  else if (key.dataset.opens) $(`#${key.dataset.opens}`).showModal();
  else { event.preventDefault(); enlarge(key.href); }
});

function enlarge(picture) {
  const dialog = $("#larger");
  $("img", dialog).src = picture;
  dialog.showModal();
}

/** A code that a resident reads off the phone: in the clipboard, and noted beside the kiosk where both are in one window. */
function remember({ dataset: { code, said } }) {
  navigator.clipboard?.writeText(code.replaceAll(" ", "")).catch(() => {});
  say(said);
  if (parent !== window) parent.postMessage({ noted: said }, location.origin);
}

// ---- the wall: one cell is chosen for faults; arrows go from cell to cell ----
let chosen = "", reached = "";

function choose(cell) {
  chosen = chosen === cell ? "" : cell;
  $("#scope").value = chosen;
  settle();
}

const doors = () => all(".wall--play .col").map((column) => all("[data-cell], .door", column));

function settle() {
  for (const cell of all("[data-cell]")) cell.setAttribute("aria-pressed", String(cell.dataset.cell === chosen));
  const keys = doors().flat(), first = keys.find((key) => nameOf(key) === reached) ?? keys[0];
  for (const key of keys) key.tabIndex = key === first || key.matches(".door") ? 0 : -1;
}

const nameOf = (key) => key.dataset.cell ?? key.dataset.slot;

document.addEventListener("keydown", (event) => {
  const columns = doors(), at = columns.findIndex((column) => column.includes(event.target));
  if (at < 0) return;
  const row = columns[at].indexOf(event.target);
  const next = {
    ArrowUp: () => columns[at][row - 1],
    ArrowDown: () => columns[at][row + 1],
    ArrowLeft: () => beside(columns[at - 1], event.target),
    ArrowRight: () => beside(columns[at + 1], event.target),
  }[event.key]?.();
  if (!next) return;
  event.preventDefault();
  reached = nameOf(next);
  settle();
  next.focus();
});

/** The door of the next column that stands at the same height. */
function beside(column, from) {
  const middle = (key) => { const { top, height } = key.getBoundingClientRect(); return top + height / 2; };
  return column?.reduce((best, key) => (Math.abs(middle(key) - middle(from)) < Math.abs(middle(best) - middle(from)) ? key : best));
}

document.addEventListener("change", (event) => {
  const { target } = event;
  if (target.id === "scope") { chosen = target.value; settle(); }
  if (target.id === "whose") location.search = new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(location.search)), phone: target.value });
  if (target.name === "faults") for (const list of all("[data-kind]")) list.hidden = list.dataset.kind !== target.value;
});

// ---- the clock of the house ----
function tick() {
  const clock = $(".clock");
  clock.textContent = new Date().toLocaleTimeString("en-GB", { timeZone: clock.dataset.zone });
  setTimeout(tick, 1000 - (Date.now() % 1000));
}

settle();
tick();
toNewest($(".messages"));
live();
