/** The market in a few figures, from the same rows as the table. */

import { oncePerFrame, part, setText } from "../lib/dom";
import { change, compact, count, direction, figure } from "../lib/format";
import { pairOf } from "../market/pairs";
import { marketRows, type Row } from "../market/rows";

interface Summary {
  advancing: number;
  declining: number;
  quoteVolume: number;
  strongest: [string, Row] | null;
  busiest: [string, Row] | null;
}

/** Add the whole market up. */
export function summarise(entries: Iterable<[string, Row]>): Summary {
  const sum: Summary = {
    advancing: 0,
    declining: 0,
    quoteVolume: 0,
    strongest: null,
    busiest: null,
  };
  const leads = (entry: [string, Row], best: [string, Row] | null, column: string) =>
    (entry[1].get(column) ?? -Infinity) > (best?.[1].get(column) ?? -Infinity);
  for (const entry of entries) {
    const hour = entry[1].get("change_1h") ?? 0;
    if (hour > 0) sum.advancing += 1;
    if (hour < 0) sum.declining += 1;
    sum.quoteVolume += entry[1].get("quote_volume_1d") ?? 0;
    if (leads(entry, sum.strongest, "change_15m")) sum.strongest = entry;
    if (leads(entry, sum.busiest, "relative_volume_1h")) sum.busiest = entry;
  }
  return sum;
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const rows = marketRows();
  const leader = element.dataset.leader ?? "";
  const show = (name: string, text: string) => {
    setText(part(element, name), text);
  };
  const showChange = (name: string, value: number | null | undefined) => {
    const target = part(element, name);
    target.className = `tile-aside move ${direction(value)}`;
    setText(target, value === null || value === undefined ? "" : `${change(value)} %`);
  };

  const draw = oncePerFrame(() => {
    if (rows.size === 0) return;
    const sum = summarise(rows.entries());
    const lead = rows.row(leader);
    show("advancing", count(sum.advancing));
    show("declining", count(sum.declining));
    const moving = sum.advancing + sum.declining;
    part(element, "breadth").style.width =
      `${moving ? (100 * sum.advancing) / moving : 50}%`;
    show("leader-price", figure("price", lead?.get("price"), pairOf(leader).decimals));
    showChange("leader-change", lead?.get("change_1h"));
    show("volume", compact(sum.quoteVolume));
    show("strongest", sum.strongest ? pairOf(sum.strongest[0]).base : "–");
    showChange("strongest-change", sum.strongest?.[1].get("change_15m"));
    show("busiest", sum.busiest ? pairOf(sum.busiest[0]).base : "–");
    show("busiest-ratio", figure("ratio", sum.busiest?.[1].get("relative_volume_1h"), 2));
  });
  rows.addEventListener("change", draw, { signal: life });
}
