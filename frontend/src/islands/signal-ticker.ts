/** The newest signals, in a line at the foot of the board. */

import { pairLink, sideMark, time } from "../alerts/pieces";
import type { Episode } from "../alerts/shapes";
import { TONE_OF } from "../alerts/words";
import { make } from "../lib/dom";
import { hourAndMinute } from "../lib/format";
import { liveSocket } from "../lib/socket";

const SHOWN = 12;

export function mount(element: HTMLElement, life: AbortSignal): void {
  const page = element.dataset.symbolPage ?? "";
  let shown: Episode[] = [];

  const draw = () => {
    element.replaceChildren(
      ...shown.map(({ rule, side, symbol, opened_ms: at, words }) => {
        const item = make("span", "ticker-item");
        item.title = words;
        item.append(
          sideMark(side),
          make("span", TONE_OF[side], rule.name),
          pairLink(symbol, page),
          time(at, hourAndMinute(at)),
        );
        return item;
      }),
    );
  };
  liveSocket().subscribe(
    "signals",
    (data, frame) => {
      const fresh = (data as { signals: Episode[] }).signals;
      const rest = frame.type === "snapshot" ? [] : shown;
      const others = rest.filter(({ id }) => !fresh.some((one) => one.id === id));
      shown = [...fresh, ...others]
        .sort((a, b) => b.opened_ms - a.opened_ms)
        .slice(0, SHOWN);
      draw();
    },
    life,
  );
}
