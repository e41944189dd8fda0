/** What the heatmap says of the place under the cursor. */

import { part, setText } from "../lib/dom";
import { clock, compact, figure } from "../lib/format";
import type { Pair } from "../market/pairs";
import type { Spot } from "./heatmap";

export function showTip(tip: HTMLElement, spot: Spot | null, pair: Pair): void {
  tip.hidden = spot === null;
  if (!spot) return;
  const price = (value: number) => figure("price", value, pair.decimals);
  const isBid = spot.bid >= spot.ask;
  const size = isBid ? spot.bid : spot.ask;
  const range = spot.high > spot.low ? ` to ${price(spot.high)}` : "";
  setText(part(tip, "price"), price(spot.low) + range);
  setText(part(tip, "time"), clock(spot.time));
  const words = part(tip, "size");
  words.className = size === 0 ? "muted" : isBid ? "up" : "down";
  setText(words, size === 0 ? "nothing" : sizeWords(size, spot.low, isBid, pair));
}

function sizeWords(size: number, price: number, isBid: boolean, pair: Pair): string {
  const side = isBid ? "to buy" : "for sale";
  return `${compact(size)} ${pair.base} ${side}, ${compact(size * price)} ${pair.quote}`;
}

/** Put the tip beside a point, on the side where there is room. */
export function placeTip(
  tip: HTMLElement,
  { x, y }: { x: number; y: number },
  { clientWidth, clientHeight }: HTMLElement,
): void {
  const isLeft = x > clientWidth / 2;
  tip.style.left = isLeft ? "" : `${x + 12}px`;
  tip.style.right = isLeft ? `${clientWidth - x + 12}px` : "";
  tip.style.top = `${Math.min(clientHeight - 80, Math.max(4, y - 24))}px`;
}
