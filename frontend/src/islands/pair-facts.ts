/** The chosen pair in figures: price, changes, and where it stands in its day. */

import { oncePerFrame, part, setText } from "../lib/dom";
import { direction, figure, type FigureKind } from "../lib/format";
import { onPairChosen, pairOf } from "../market/pairs";
import { marketRows, type Row } from "../market/rows";

/** Where the price stands between the day's low (0) and high (1). */
function placeInDay(row: Row): number | null {
  const [price, low, high] = ["price", "low_1d", "high_1d"].map(
    (name) => row.get(name) ?? NaN,
  );
  if (price === undefined || low === undefined || high === undefined) return null;
  const place = (price - low) / (high - low);
  return Number.isFinite(place) ? Math.max(0, Math.min(1, place)) : null;
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const rows = marketRows();
  const figures = [...element.querySelectorAll<HTMLElement>("[data-column]")];
  const marker = part(element, "marker");
  let symbol = element.dataset.pair ?? "";

  const draw = oncePerFrame(() => {
    const row = rows.row(symbol);
    const pair = pairOf(symbol);
    setText(part(element, "base"), pair.base);
    setText(part(element, "quote"), pair.quote);
    if (!row) return;
    for (const target of figures) {
      const kind = target.dataset.kind as FigureKind;
      const value = row.get(target.dataset.column ?? "");
      setText(target, figure(kind, value, pair.decimals));
      if (kind === "change") target.className = direction(value);
    }
    const place = placeInDay(row);
    marker.hidden = place === null;
    if (place !== null) marker.style.left = `${100 * place}%`;
  });

  rows.addEventListener("change", draw, { signal: life });
  onPairChosen((chosen) => {
    symbol = chosen;
    draw();
  }, life);
}
