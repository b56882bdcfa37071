// What a page on the kiosk does by itself: keys, one history entry, a person who left, sound.
import { live, guard } from "./live.js";

const { stream, worker, home, leave, scan, idle, warn, volume } = document.body.dataset;
const goTo = (url) => location.replace(url);  // never a second history entry: there is no way back into a visit
const still = document.querySelector("dialog.still");
const hush = stream ? live(stream, goTo) : () => {};

// ---- forms and links ----
const AGAIN_MS = 1000, TRIES = 15;

async function send(action, body) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    try {
      const answer = await fetch(action, { method: "POST", body, headers: { "X-Kiosk": "1" } });
      if (answer.status < 502) return (await answer.json()).go;
    } catch { /* the service is away; the same key makes a repeat harmless */ }
    document.querySelector(".frozen").hidden = false;
    await new Promise((done) => setTimeout(done, AGAIN_MS));
  }
  return home;
}

document.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  if (form.dataset.sent) return;
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
  if (form.matches(".leave")) hush();  // or the stream says that the visit is over before its answer does
  const body = new URLSearchParams(new FormData(form, event.submitter));
  goTo(await send(form.action, body).catch(() => home));
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (link) { event.preventDefault(); goTo(link.href); }
});
document.addEventListener("contextmenu", (event) => event.preventDefault());

// ---- pads: figures and letters without a keyboard ----
let field = document.querySelector("input[autofocus], form input:not([type=hidden])");
const fields = () => [...document.querySelectorAll("form input:not([type=hidden])")];

function press(what) {
  if (!field) return;
  const value = what === "back" ? field.value.slice(0, -1) : what === "clear" ? "" : field.value + what;
  if (field.maxLength > 0 && value.length > field.maxLength) return;
  field.value = value;
  if (value.length === field.maxLength) fields()[fields().indexOf(field) + 1]?.focus();
}

document.addEventListener("focusin", (event) => { if (event.target.matches("form input")) field = event.target; });
document.addEventListener("pointerdown", (event) => { if (event.target.closest("[data-press]")) event.preventDefault(); });
document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-press]");
  if (key) press(key.dataset.press);
});
document.addEventListener("invalid", (event) => event.preventDefault(), true);  // no bubble: the first one gets the focus

// ---- a scanner that types: keys in one burst with Enter at the end, whatever has the focus ----
const BURST_MS = 50, SHORTEST_SCAN = 9;  // nobody types that fast, and a code typed by hand is shorter
let burst = "", lastKey = 0;

document.addEventListener("keydown", async (event) => {
  burst = event.timeStamp - lastKey < BURST_MS ? burst : "";
  lastKey = event.timeStamp;
  if (event.key.length === 1) burst += event.key;
  if (event.key !== "Enter" || burst.length < SHORTEST_SCAN || !stream) return;
  event.preventDefault();
  const body = new URLSearchParams({ at: location.pathname + location.search, text: burst });
  goTo(await send(scan, body).catch(() => home));
}, true);

// ---- a person who left: everything goes ----
async function end() {
  sessionStorage.clear();
  localStorage.clear();
  hush();
  if (leave) await fetch(leave, { method: "POST", headers: { "X-Kiosk": "1" } }).catch(() => {});
  goTo(home);
}

const PROBLEM_MS = 20000;
const atStart = document.body.matches(".start");
if (atStart && document.querySelector(".problem")) setTimeout(goTo, PROBLEM_MS, home);  // not for the next person's eyes

if (idle) {
  let timer;
  const count = (left) => {
    if (left <= 0) { end(); return; }
    still.querySelector("[data-left]").textContent = left;
    timer = setTimeout(count, 1000, left - 1);
  };
  const quiet = () => {
    if (!Number(warn)) { end(); return; }
    still.showModal();
    say(still);
    count(Number(warn));
  };
  const awake = () => {
    clearTimeout(timer);
    if (still.open) still.close();
    timer = setTimeout(quiet, Number(idle) * 1000);
  };
  const signs = ["pointerdown", "keydown"];
  if (!atStart) signs.push("live:shown");  // a door that moves is a person's doing; the first page's clock is nobody's
  for (const sign of signs) document.addEventListener(sign, awake);
  still.addEventListener("cancel", awake);
  awake();
}

// ---- sound with every text, never louder than the screen was set ----
const speech = window.speechSynthesis;

function say(place) {
  if (!speech || volume === undefined) return;
  const words = new SpeechSynthesisUtterance([...place.querySelectorAll("[data-say]")].map((one) => one.textContent).join("\n"));
  words.lang = document.documentElement.lang;
  words.volume = Math.min(1, Number(volume) / 100);
  speech.cancel();
  if (words.text) speech.speak(words);
}

if (speech) {
  const offer = () => {
    const key = document.querySelector("[data-needs-voice]");
    if (key && speech.getVoices().length) key.hidden = false;
  };
  offer();
  speech.addEventListener("voiceschanged", offer);
  document.addEventListener("live:shown", () => say(document));
  say(document);
}

// ---- screen being wiped: nothing reacts until it is done ----
const wipe = document.querySelector("[data-wipe]");
if (wipe) {
  const tick = (left) => {
    if (left <= 0) { goTo(home); return; }
    wipe.textContent = left;
    setTimeout(tick, 1000, left - 1);
  };
  tick(Number(wipe.dataset.wipe));
}
let hold;
document.querySelector("[data-hold]")?.addEventListener("pointerdown", (event) => {
  const to = event.currentTarget.dataset.hold;
  hold = setTimeout(() => goTo(to), 3000);
});
addEventListener("pointerup", () => clearTimeout(hold));

if (worker) guard(worker);
