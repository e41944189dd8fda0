/** The service worker, which makes the board an app and keeps a page for no network. */

import { toast } from "./toasts";

/** Install it once the page is there, and say when a newer board has taken over. */
export function installWorker(): void {
  // A browser has it only where the connection is safe: over TLS, or on this machine.
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  let isKnown = serviceWorker.controller !== null;
  serviceWorker.addEventListener("controllerchange", () => {
    if (isKnown) {
      const run = () => {
        location.reload();
      };
      toast("The board has been updated.", "", { label: "Reload", run });
    }
    isKnown = true;
  });
  addEventListener("load", () => {
    const address = document.documentElement.dataset.worker ?? "";
    serviceWorker.register(address).catch(() => {
      // Refused by the browser's own settings: the board works without.
    });
  });
}
