// Live sections: the service sends each `[data-live]` section whole; what differs is put in the old one's place.
// Every connection begins with all of them, so nothing has to be replayed after a restart. Events: `beat` (alive),
// `show` (sections), `go` (an address to be at). Silence is told apart from calm: no beat, and the banner shows.

const QUIET_MS = 6000;  // three beats
const BREAK_MS = 1500;  // a broken line that is back within this needs no banner
const AGAIN_MS = 1000;

const shown = new Map();

/** Puts the sections of `html` in their places. Focus stays where it was, so does what was typed. */
export function show(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const changed = [];
  for (const part of fresh.querySelectorAll("[data-live]")) {
    const name = part.dataset.live;
    const old = document.querySelector(`[data-live="${name}"]`);
    const text = part.outerHTML;
    if (!old || (shown.get(name) ?? old.outerHTML) === text) continue;
    shown.set(name, text);
    replace(old, document.adoptNode(part));
    changed.push(name);
  }
  if (changed.length) document.dispatchEvent(new CustomEvent("live:shown", { detail: changed }));
}

function replace(old, part) {
  const held = old.contains(document.activeElement) ? markOf(document.activeElement) : "";
  const typed = [...old.querySelectorAll("input,textarea")].filter((field) => field.value !== field.defaultValue);
  old.replaceWith(part);
  for (const field of typed) {
    const twin = field.name && part.querySelector(`[name="${field.name}"]`);
    if (twin) twin.value = field.value;
  }
  if (held) part.querySelector(held)?.focus({ preventScroll: true });
}

function markOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const marks = ["name", "value", "href", "data-press"].filter((mark) => element.hasAttribute(mark));
  return element.localName + marks.map((mark) => `[${mark}="${CSS.escape(element.getAttribute(mark))}"]`).join("");
}

/** Holds the stream open for good. `go` is called with an address that the service wants shown. Returns what ends it. */
export function live(url, go = (to) => location.replace(to)) {
  const banner = document.querySelector(".frozen");
  let source, quiet, broken, again;
  const calm = (isCalm) => { if (banner) banner.hidden = isCalm; };
  const alive = () => {
    document.body.dataset.live = "on";
    clearTimeout(quiet); clearTimeout(broken); broken = 0;
    calm(true);
    quiet = setTimeout(lost, QUIET_MS);
  };
  const lost = () => {
    document.body.dataset.live = "";
    calm(false);
    stop();
    again = setTimeout(open, AGAIN_MS);
  };
  const stop = () => {
    source.close();
    clearTimeout(quiet); clearTimeout(broken); clearTimeout(again);
    broken = 0;
  };
  // Answered with something that is no stream, which no browser asks for again: the page itself knows where to be.
  const refused = async () => {
    stop();
    calm(false);
    const answer = await fetch(url, { headers: { Accept: "text/event-stream" } }).catch(() => null);
    answer?.body.cancel();
    const isBack = !answer || answer.status > 499 || answer.headers.get("Content-Type")?.startsWith("text/event-stream");
    if (isBack) lost(); else setTimeout(() => location.reload(), AGAIN_MS);
  };
  const open = () => {
    source = new EventSource(url);
    source.addEventListener("beat", alive);
    source.addEventListener("show", (event) => { alive(); show(event.data); });
    source.addEventListener("go", (event) => { alive(); go(event.data); });
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) refused(); else broken ||= setTimeout(lost, BREAK_MS); };
    quiet = setTimeout(lost, QUIET_MS);
  };
  open();
  addEventListener("pagehide", stop);
  return stop;
}

/** A worker that answers with the "one moment" page while the service is away. Needs a secure origin. */
export function guard(worker) {
  navigator.serviceWorker?.register(worker).catch(() => {});
}
