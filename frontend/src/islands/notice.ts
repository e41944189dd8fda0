/** Says that the market is not the live one, as the feed knows it. */

import { setText } from "../lib/dom";
import type { FeedState } from "../lib/frames";
import { liveSocket } from "../lib/socket";

export function mount(element: HTMLElement, life: AbortSignal): void {
  liveSocket().subscribe(
    "feed",
    (data) => {
      const { kind, label } = (data as FeedState).market;
      element.hidden = kind === "live";
      setText(element, label);
      element.title = label;
    },
    life,
  );
}
