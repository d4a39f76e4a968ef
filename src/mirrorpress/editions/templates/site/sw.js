// The worker of offline.js: the network first, and what was kept where that fails.
"use strict";
const ROOT = new URL(".", self.location).pathname;
const NAME = `mirrorpress ${ROOT}`;
const MOST = 500; // pages and pictures; the oldest go first
const WAIT = 8000; // milliseconds for a page that is kept, before it is shown as it was

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith(ROOT)) return;
  if (event.request.mode === "navigate" || url.pathname === `${ROOT}offline.js`) event.respondWith(page(event));
  else if (url.pathname.startsWith(`${ROOT}assets/`)) event.respondWith(picture(event));
});

async function page(event) {
  const kept = await (await caches.open(NAME)).match(event.request, { ignoreSearch: true });
  try {
    const asked = fetch(event.request, kept ? { signal: AbortSignal.timeout(WAIT) } : undefined);
    return keep(event, await asked);
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

async function picture(event) {
  const kept = await (await caches.open(NAME)).match(event.request);
  return kept || keep(event, await fetch(event.request));
}

function keep(event, answer) {
  if (answer.ok && answer.type === "basic") {
    const copy = answer.clone();
    event.waitUntil(store(event.request.url, copy));
  }
  return answer;
}

async function store(url, answer) {
  const cache = await caches.open(NAME);
  await cache.delete(url);
  await cache.put(url, answer);
  const known = await cache.keys();
  await Promise.all(known.slice(0, Math.max(known.length - MOST, 0)).map((one) => cache.delete(one)));
}
