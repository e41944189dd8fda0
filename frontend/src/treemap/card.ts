/** What is said of the tile under the pointer, or in focus. */

import { make } from "../lib/dom";
import { direction, figure } from "../lib/format";
import { pairOf } from "../market/pairs";
import type { Row } from "../market/rows";

const CHANGES = ["5m", "15m", "1h", "4h", "8h", "1d"];

export function fillCard(card: HTMLElement, symbol: string, group: string, row: Row): void {
  const pair = pairOf(symbol);
  const head = make("p", "treemap-card-head");
  head.append(make("b", "", pair.base), make("span", "muted", pair.quote));
  head.append(make("b", "", figure("price", row.get("price"), pair.decimals)));
  const list = make("dl");
  for (const window of CHANGES) {
    const moved = row.get(`change_${window}`);
    const item = make("div");
    const text = `${figure("change", moved, 2)} %`;
    item.append(make("dt", "", window), make("dd", direction(moved), text));
    list.append(item);
  }
  const volume = figure("compact", row.get("quote_volume_1d"), 2);
  const foot = make("p", "muted", `${volume} ${pair.quote} in 24h`);
  if (group) foot.append(` · ${group}`);
  card.replaceChildren(head, list, foot);
}

/** Put the card beside a tile, inside of the frame. */
export function placeCard(card: HTMLElement, tile: HTMLElement, frame: HTMLElement): void {
  const [at, around] = [tile.getBoundingClientRect(), frame.getBoundingClientRect()];
  const [width, height] = [card.offsetWidth, card.offsetHeight];
  const right = at.right - around.left + 8;
  const left = right + width > around.width ? at.left - around.left - width - 8 : right;
  const top = Math.min(at.top - around.top, around.height - height - 4);
  card.style.left = `${Math.max(4, Math.min(around.width - width - 4, left))}px`;
  card.style.top = `${Math.max(4, top)}px`;
}
