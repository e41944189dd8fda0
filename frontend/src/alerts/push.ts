/** Notifications of this browser, for the board to send also when no page is open. */

import { ask } from "../lib/api";

function bytesOf(key: string): Uint8Array<ArrayBuffer> {
  const padded = key.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(padded), (letter) => letter.charCodeAt(0));
}

/** Why this browser cannot have them; empty where it can. */
export function whyNoPush(): string {
  if (!("serviceWorker" in navigator) || !("PushManager" in window)) {
    return "This browser takes no notifications here. It needs a safe connection (https).";
  }
  if (Notification.permission === "denied") {
    return "Notifications of this board are blocked in the browser's own settings.";
  }
  return "";
}

/** Ask the person and the browser, and return what the board needs to send there. */
export async function subscribe(life: AbortSignal): Promise<PushSubscriptionJSON> {
  if ((await Notification.requestPermission()) !== "granted") {
    throw new Error("The browser was not allowed to show notifications.");
  }
  const { key } = await ask<{ key: string }>("destinations/web-push-key", life);
  const worker = await navigator.serviceWorker.ready;
  const subscription = await worker.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(key),
  });
  return subscription.toJSON();
}
