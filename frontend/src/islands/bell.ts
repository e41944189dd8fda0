/** The bell of the top bar: what a person was told, and a toast when more comes. */

import { SENT, time } from "../alerts/pieces";
import type { Notification } from "../alerts/shapes";
import { msOf } from "../alerts/words";
import { ask, send, whatWentWrong } from "../lib/api";
import { make, part, setText } from "../lib/dom";
import { liveSocket } from "../lib/socket";
import { toast } from "../lib/toasts";

const SHOWN = 20;
const TOASTS_AT_ONCE = 3;
const AGAIN_AFTER_MS = 300;
const SOUND = "alert-sound";

interface Told {
  notifications: Notification[];
  unread: number;
}

/** Two short notes, from the browser's own synthesiser. */
function beep(): void {
  const context = new AudioContext();
  [880, 1_174.7].forEach((frequency, place) => {
    const from = context.currentTime + 0.14 * place;
    const tone = context.createOscillator();
    const volume = context.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.12, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + 0.13);
    tone.connect(volume).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.14);
  });
  setTimeout(() => void context.close(), 600);
}

function line(one: Notification): HTMLElement {
  const item = make("li", one.read_at === null ? "told is-unread" : "told");
  const link = make(one.link ? "a" : "span", "told-title", one.title);
  if (link instanceof HTMLAnchorElement) link.href = one.link;
  const at = msOf(one.created_at);
  item.append(link);
  if (at !== null) item.append(time(at));
  if (one.text) item.append(make("p", "told-text muted", one.text));
  return item;
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const button = part(element, "open");
  const badge = part(element, "unread");
  const list = part(element, "told");
  const sound = part(element, "sound") as HTMLInputElement;
  const listen = { signal: life };
  const seen = new Set<string>();
  let isFirst = true;
  let timer: number | undefined;

  const showUnread = (unread: number) => {
    badge.hidden = unread === 0;
    setText(badge, unread > 99 ? "99+" : String(unread));
    button.ariaLabel = unread === 0 ? "Notifications" : `Notifications, ${unread} unread`;
  };
  const tell = (fresh: readonly Notification[]) => {
    for (const one of fresh.slice(0, TOASTS_AT_ONCE)) {
      const shown = toast(one.title, "warn");
      if (!one.link) continue;
      const link = make("a", "button", "Look");
      link.href = one.link;
      shown.append(link);
    }
    const more = fresh.length - TOASTS_AT_ONCE;
    if (more > 0) toast(`And ${more} more.`);
    if (fresh.length > 0 && sound.checked) beep();
  };
  const load = async () => {
    try {
      const told = await ask<Told>(`notifications?limit=${SHOWN}`, life);
      const fresh = told.notifications.filter(
        ({ id, read_at: read }) => read === null && !seen.has(String(id)),
      );
      if (!isFirst) tell(fresh);
      isFirst = false;
      for (const { id } of told.notifications) seen.add(String(id));
      showUnread(told.unread);
      list.replaceChildren(...told.notifications.map(line));
      part(element, "none").hidden = told.notifications.length > 0;
    } catch (error) {
      if (life.aborted) return;
      list.replaceChildren(make("li", "menu-note", whatWentWrong(error)));
    }
  };

  sound.checked = localStorage.getItem(SOUND) === "on";
  sound.addEventListener(
    "change",
    () => {
      localStorage.setItem(SOUND, sound.checked ? "on" : "off");
      if (sound.checked) beep();
    },
    listen,
  );
  part(element, "read").addEventListener(
    "click",
    () => {
      send("POST", "notifications/read", { all: true }).then(load, (error: unknown) => {
        toast(whatWentWrong(error), "bad");
      });
    },
    listen,
  );
  liveSocket().subscribe(
    "alerts",
    (_data, frame) => {
      if (frame.type !== "update") return;
      clearTimeout(timer);
      timer = setTimeout(() => void load(), AGAIN_AFTER_MS);
    },
    life,
  );
  document.addEventListener(SENT, () => void load(), listen);
  void load();
}
