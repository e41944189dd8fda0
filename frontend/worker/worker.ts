/**
 * The service worker: keeps the built files and one page for when there is no network.
 *
 * Pages and answers always come from the board itself; none of them is ever kept.
 */

/** Written above this script by the server: what this build consists of. */
declare const BUILD: { version: string; assets: string[]; offline: string };

// The types only know the scope that all kinds of workers share.
const worker = self as unknown as ServiceWorkerGlobalScope;

const PREFIX = "board-";
const KEPT = PREFIX + BUILD.version;
const kept = new Set(BUILD.assets);

async function keep(): Promise<void> {
  const cache = await caches.open(KEPT);
  await cache.addAll(BUILD.assets);
  // Without cookies it is nobody's page.
  await cache.add(new Request(BUILD.offline, { credentials: "omit", cache: "reload" }));
  await worker.skipWaiting();
}

async function forgetOthers(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(PREFIX) && name !== KEPT);
  await Promise.all(old.map((name) => caches.delete(name)));
  await worker.clients.claim();
}

async function page(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(BUILD.offline)) ?? Response.error();
  }
}

async function asset(request: Request): Promise<Response> {
  const found = await caches.match(request.url, { ignoreVary: true });
  return found ?? fetch(request);
}

worker.addEventListener("install", (event) => {
  event.waitUntil(keep());
});
worker.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers());
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  const { origin, pathname } = new URL(request.url);
  if (origin !== worker.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (kept.has(pathname)) event.respondWith(asset(request));
});

/** What the board sends: at most some 3 KB, for the push service to carry. */
interface Push {
  title?: string;
  body?: string;
  link?: string;
  tag?: string;
  silent?: boolean;
}

function pushed(data: PushMessageData | null): Push {
  try {
    return (data?.json() ?? {}) as Push;
  } catch {
    return { body: data?.text() ?? "" };
  }
}

// A browser takes the right away from whoever pushes and shows nothing.
async function show(push: Push): Promise<void> {
  await worker.registration.showNotification(push.title ?? "Scalpaiboard", {
    body: push.body ?? "",
    silent: push.silent ?? false,
    data: push.link?.trim() ? push.link : "/",
    ...(push.tag ? { tag: push.tag } : {}),
  });
}

async function open(link: string): Promise<void> {
  const address = new URL(link, worker.location.origin);
  // Only the board itself is opened, whatever a message says.
  if (address.origin !== worker.location.origin) address.href = worker.location.origin;
  const pages = await worker.clients.matchAll({ type: "window" });
  const there = pages.find(({ url }) => url === address.href);
  await (there ? there.focus() : worker.clients.openWindow(address.href));
}

worker.addEventListener("push", (event) => {
  event.waitUntil(show(pushed(event.data)));
});
worker.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data)));
});
