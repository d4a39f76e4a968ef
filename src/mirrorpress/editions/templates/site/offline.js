// Keeps the pages that a reader opens for reading without a network, says so, and lets the reader delete them.
"use strict";
(() => {
  const OFF = "mirrorpress-offline-off";
  const root = new URL(".", document.currentScript.src);
  const box = document.getElementById("offline");
  if (!box || !("serviceWorker" in navigator) || !window.isSecureContext) return;
  const [says, button] = [box.querySelector("span"), box.querySelector("button")];
  const isOff = () => localStorage.getItem(OFF) !== null;
  function show() {
    says.textContent = isOff() ? box.dataset.off : box.dataset.on;
    button.textContent = isOff() ? box.dataset.start : box.dataset.stop;
    box.hidden = false;
  }
  async function start() {
    localStorage.removeItem(OFF);
    await navigator.serviceWorker.register(new URL("sw.js", root), { scope: root.pathname });
  }
  async function stop() {
    localStorage.setItem(OFF, "1");
    const worker = await navigator.serviceWorker.getRegistration(root.pathname);
    if (worker) await worker.unregister();
    for (const name of await caches.keys()) if (name === `mirrorpress ${root.pathname}`) await caches.delete(name);
  }
  button.addEventListener("click", async () => {
    await (isOff() ? start() : stop());
    show();
  });
  if (!isOff()) start().then(show, () => {});
  else show();
})();
