// Answers with the "one moment" page while the service is away. Its bytes change with the files that it keeps.
const KEPT = {{ kept | tojson }};
const MOMENT = KEPT[0];
const SHELF = `moment ${KEPT.join(" ")}`;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(SHELF).then((shelf) => shelf.addAll(KEPT)).then(() => self.skipWaiting()));
});
self.addEventListener("activate", (event) => {
  const stale = (names) => Promise.all(names.filter((name) => name.startsWith(`moment ${MOMENT} `) && name !== SHELF).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(stale).then(() => self.clients.claim()));
});
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate") {
    event.respondWith(fetch(request).then((answer) => (answer.status < 502 ? answer : caches.match(MOMENT))).catch(() => caches.match(MOMENT)));
  } else if (KEPT.includes(new URL(request.url).pathname + new URL(request.url).search)) {
    event.respondWith(caches.match(request).then((kept) => kept ?? fetch(request)));
  }
});
