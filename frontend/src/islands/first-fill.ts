/** How far the first loading of the market is; the page starts anew once it is done. */

import { part, setText } from "../lib/dom";
import { count } from "../lib/format";
import type { FeedState } from "../lib/frames";
import { liveSocket } from "../lib/socket";

export function mount(element: HTMLElement, life: AbortSignal): void {
  const bar = part(element, "bar") as HTMLProgressElement;
  const text = part(element, "text");
  let isReady = false;

  liveSocket().subscribe(
    "feed",
    (data) => {
      const { phase, fill } = data as FeedState;
      isReady = phase === "live" || phase === "degraded";
      bar.max = Math.max(1, fill.total);
      bar.value = fill.done;
      if (fill.total > 0) {
        setText(
          text,
          `${count(fill.done)} of ${count(fill.total)} pairs have their last day.`,
        );
      }
    },
    life,
  );
  // The first overview after the fill says that there is a market to show.
  liveSocket().subscribe(
    "overview.1h",
    () => {
      if (isReady) location.reload();
    },
    life,
  );
}
