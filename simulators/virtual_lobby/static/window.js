// Kiosk, virtual lobby and desk in one window: each frame is laid out at the width that it is made for, and scaled. The
// large one is scaled until its whole height is seen too.

const KIOSK = 1080 / 1920;
const NOTE_MS = 120000;

function fit() {
  for (const frame of document.querySelectorAll("iframe")) {
    const { clientWidth: width, clientHeight: height } = frame.parentElement;
    const made = Number(frame.dataset.width) || width;
    const whole = frame.dataset.pane === document.body.dataset.large ? Number(frame.dataset.height) || 0 : 0;
    const scale = Math.min(1, width / made, whole ? height / whole : 1);
    frame.style.width = `${width / scale}px`;
    frame.style.height = `${height / scale}px`;
    frame.style.transform = `scale(${scale})`;
  }
}

function spread() {
  const kiosk = document.querySelector(".pane-kiosk .frame");
  document.body.style.setProperty("--kiosk-width", `${Math.round(kiosk.clientHeight * KIOSK)}px`);
  fit();
}

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-large]");
  if (key && key !== document.body) { document.body.dataset.large = key.dataset.large; fit(); }
});

let fading;
addEventListener("message", (event) => {
  if (event.origin !== location.origin || typeof event.data?.noted !== "string") return;
  const note = document.querySelector(".note");
  note.textContent = event.data.noted;
  note.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { note.hidden = true; }, NOTE_MS);
});

addEventListener("resize", spread);
spread();
