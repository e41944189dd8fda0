/** The state of the connection with the age of the values, always in sight. */

import { part, setText } from "../lib/dom";
import { age, clock, count, utc } from "../lib/format";
import type { FeedState } from "../lib/frames";
import { type Connection, type ConnectionReport, liveSocket } from "../lib/socket";

/** A feed that has not published for so long counts as stopped. */
const FEED_SILENT_AFTER_MS = 6_000;

const SPOKEN: Record<Connection, string> = {
  connecting: "Connecting to the board.",
  live: "The values are live.",
  stale: "The values are old; the board sends no new ones.",
  offline: "The connection is lost; the values are old.",
};

function words(report: ConnectionReport, feed: FeedState | null): string {
  const old = report.ageMs === null ? "" : ` · ${age(report.ageMs)}`;
  if (report.connection === "offline") {
    const seconds = Math.ceil((report.retryInMs ?? 0) / 1000);
    return `offline${old}${seconds > 0 ? ` · again in ${seconds} s` : " · trying"}`;
  }
  return (report.connection === "live" && feed ? phase(feed) : report.connection) + old;
}

function phase({ phase, fill }: FeedState): string {
  if (phase !== "filling") return phase;
  return `filling ${Math.floor((100 * fill.done) / Math.max(1, fill.total))} %`;
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const socket = liveSocket();
  // The server's clock when it wrote the page: this browser's may be wrong.
  const skewMs = Date.now() - Number(element.dataset.nowMs ?? Date.now());
  const label = part(element, "label");
  const spoken = part(element, "spoken");
  const pairs = part(element, "pairs");
  const time = part(element, "clock");
  let feed: FeedState | null = null;

  const report = (): ConnectionReport => {
    const now = socket.report();
    const feedAgeMs = feed ? Date.now() - skewMs - feed.published_at_ms : 0;
    if (now.connection !== "live" || feedAgeMs < FEED_SILENT_AFTER_MS) return now;
    return { ...now, connection: "stale", ageMs: feedAgeMs };
  };
  const show = () => {
    const now = report();
    const isOld = now.connection === "stale" || now.connection === "offline";
    document.documentElement.dataset.connection = isOld ? "stale" : now.connection;
    element.dataset.state =
      now.connection === "live" && feed?.phase === "degraded" ? "degraded" : now.connection;
    setText(label, words(now, feed));
    setText(spoken, SPOKEN[now.connection]);
    setText(time, clock(Date.now() - skewMs));
    time.title = utc(Date.now() - skewMs);
  };

  socket.subscribe(
    "feed",
    (data) => {
      feed = data as FeedState;
      setText(pairs, `${count(feed.instruments)} pairs`);
    },
    life,
  );
  socket.addEventListener("report", show, { signal: life });
  show();
}
