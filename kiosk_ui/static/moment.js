// Back to the page that was asked for, as soon as the service answers.
const AGAIN_MS = 1000;
async function look() {
  try {
    if ((await fetch("/healthz", { cache: "no-store" })).ok) { location.replace(location.href); return; }
  } catch { /* still away */ }
  setTimeout(look, AGAIN_MS);
}
setTimeout(look, AGAIN_MS);
