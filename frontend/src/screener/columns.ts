/** From metrics to columns of the table. */

import type { ColDef } from "ag-grid-community";
import { FilterHead, type PairActs, pairCell, sparkCell } from "./cells";
import { headOf, type Metric, metricOf, shown, tone } from "./metrics";
import type { Coin } from "./rows";
import type { Sparks } from "./sparks";

export const PAIR = "symbol";
export const SPARK = "spark";
const CHARACTER_PX = 7;
const BESIDE_PX = 34;
const NARROWEST_PX = 70;
const PRICE_PX = 92;

/** The rows come in the order asked for; the head only says which that is. */
const asTheyCome = () => 0;

export function columnsFor(
  names: readonly string[],
  sort: string,
  acts: PairActs,
  sparks: Sparks,
  isNarrow: boolean,
): ColDef<Coin>[] {
  const order = (name: string) =>
    sort.replace(/^-/, "") === name ? (sort.startsWith("-") ? "desc" : "asc") : null;
  const pair: ColDef<Coin> = {
    colId: PAIR,
    headerName: "Pair",
    pinned: "left",
    lockPosition: "left",
    suppressMovable: true,
    width: isNarrow ? 118 : 196,
    sortable: true,
    sort: order(PAIR),
    sortingOrder: ["asc", "desc"],
    comparator: asTheyCome,
    cellRenderer: pairCell(acts),
    valueGetter: ({ data }) => data?.symbol,
  };
  const spark: ColDef<Coin> = {
    colId: SPARK,
    headerName: "Last day",
    width: 96,
    sortable: false,
    suppressMovable: true,
    lockPosition: "left",
    cellRenderer: sparkCell(sparks),
    valueGetter: () => "",
  };
  const metrics = names.flatMap((name) => metricOf(name) ?? []);
  const shownOnes = metrics.map((metric) => column(metric, order(metric.name)));
  return isNarrow ? [pair, ...shownOnes] : [pair, spark, ...shownOnes];
}

/** The key f in a head is its way to filter. */
function filterByKey(event: KeyboardEvent): boolean {
  if (event.key !== "f" || event.ctrlKey || event.metaKey || event.altKey) return false;
  event.preventDefault();
  event.stopPropagation();
  (event.target as Element).querySelector<HTMLElement>(".head-filter")?.click();
  return true;
}

function column(metric: Metric, sort: "asc" | "desc" | null): ColDef<Coin> {
  const head = headOf(metric);
  const room = head.length * CHARACTER_PX + BESIDE_PX;
  return {
    colId: metric.name,
    headerName: head,
    type: "rightAligned",
    width: Math.max(metric.decimals === null ? PRICE_PX : NARROWEST_PX, room),
    sortable: true,
    sort,
    sortingOrder: ["desc", "asc"],
    comparator: asTheyCome,
    enableCellChangeFlash: true,
    headerComponentParams: { innerHeaderComponent: FilterHead },
    suppressHeaderKeyboardEvent: ({ event }) => filterByKey(event),
    // What is shown is the value: what nobody could see is no change.
    valueGetter: ({ data }) => (data ? shown(metric, data[metric.name] ?? null) : ""),
    cellClass: ({ data }) => [
      "ag-right-aligned-cell",
      data ? tone(metric, data[metric.name] ?? null) : "",
    ],
  };
}
