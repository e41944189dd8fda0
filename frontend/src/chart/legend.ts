/** The figures of the candle under the pointer, or of the newest one. */

import { part, setText } from "../lib/dom";
import { change, compact, direction, figure, moment, utc } from "../lib/format";
import type { CandleRow } from "../lib/frames";

export function showLegend(
  legend: HTMLElement,
  row: CandleRow | null,
  decimals: number,
): void {
  if (!row) return;
  const [time, open, high, low, close, volume] = row;
  const moved = 100 * (close / open - 1);
  const texts: Record<string, string> = {
    time: moment(time),
    open: figure("price", open, decimals),
    high: figure("price", high, decimals),
    low: figure("price", low, decimals),
    close: figure("price", close, decimals),
    moved: `${change(moved)} %`,
    volume: compact(volume),
  };
  for (const [name, text] of Object.entries(texts)) setText(part(legend, name), text);
  part(legend, "moved").className = direction(moved);
  part(legend, "time").title = utc(time);
}
