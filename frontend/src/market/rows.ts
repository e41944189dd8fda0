/** The market as the page knows it: one row of numbers a pair. */

import type { TicksData } from "../lib/frames";
import { liveSocket } from "../lib/socket";

export interface Sort {
  column: string;
  isDescending: boolean;
}

export type Row = ReadonlyMap<string, number | null>;

export class MarketRows extends EventTarget {
  readonly #rows = new Map<string, Map<string, number | null>>();

  get size(): number {
    return this.#rows.size;
  }

  row(symbol: string): Row | undefined {
    return this.#rows.get(symbol);
  }

  entries(): Iterable<[string, Row]> {
    return this.#rows;
  }

  /** Take a snapshot, which replaces everything, or the rows that changed. */
  apply(data: TicksData, isSnapshot: boolean): void {
    if (isSnapshot) this.#rows.clear();
    const [, ...columns] = data.columns;
    for (const [symbol, ...cells] of data.rows) {
      let row = this.#rows.get(String(symbol));
      if (!row) this.#rows.set(String(symbol), (row = new Map<string, number | null>()));
      columns.forEach((column, place) =>
        row.set(column, (cells[place] ?? null) as number | null),
      );
    }
    this.dispatchEvent(new Event("change"));
  }

  /** Symbols that contain the text, in the order of the sort; unknown values last. */
  order(sort: Sort, search: string): string[] {
    const needle = search.trim().toUpperCase().replace("/", "");
    const symbols = [...this.#rows.keys()].filter((symbol) => symbol.includes(needle));
    const sign = sort.isDescending ? -1 : 1;
    if (sort.column === "symbol") {
      return symbols.sort((a, b) => sign * (a < b ? -1 : 1));
    }
    const valueOf = new Map(
      symbols.map((s) => [s, this.#rows.get(s)?.get(sort.column) ?? null]),
    );
    return symbols.sort((a, b) => {
      const [x, y] = [valueOf.get(a) ?? null, valueOf.get(b) ?? null];
      if (x === y) return a < b ? -1 : 1;
      if (x === null || y === null) return x === null ? 1 : -1;
      return sign * (x - y);
    });
  }
}

let shared: MarketRows | null = null;

/** The page's rows, kept by one subscription. */
export function marketRows(): MarketRows {
  if (!shared) {
    const rows = (shared = new MarketRows());
    liveSocket().subscribe(
      "ticks",
      (data, frame) => {
        rows.apply(data as TicksData, frame.type === "snapshot");
      },
      new AbortController().signal,
    );
  }
  return shared;
}
