/** Values of indicators by the time of their candle, joined from pages. */

export interface IndicatorPage {
  candles: readonly { open_time: number }[];
  /** As long as the candles. */
  indicators: Record<string, (number | null)[]>;
}

interface Known {
  values: Map<number, number | null>;
  oldest: number;
  newest: number;
}

export class IndicatorValues {
  readonly #known = new Map<string, Known>();
  readonly #runningSums: ReadonlySet<string>;

  /** `runningSums` names those whose level is where their page began. */
  constructor(runningSums: ReadonlySet<string>) {
    this.#runningSums = runningSums;
  }

  /** The value at a candle; undefined where none was read. */
  at(name: string, time: number): number | null | undefined {
    return this.#known.get(name)?.values.get(time);
  }

  /** The earliest candle of which every one of these is there, Infinity without. */
  oldest(names: readonly string[]): number {
    return Math.max(...names.map((name) => this.#known.get(name)?.oldest ?? Infinity));
  }

  /** The latest candle of which every one of these is there, −Infinity without. */
  newest(names: readonly string[]): number {
    return Math.min(...names.map((name) => this.#known.get(name)?.newest ?? -Infinity));
  }

  /** Take a page; it may tell anew what is there already. */
  take({ candles, indicators }: IndicatorPage): void {
    const [first, last] = [candles[0]?.open_time, candles.at(-1)?.open_time];
    if (first === undefined || last === undefined) return;
    for (const [name, values] of Object.entries(indicators)) {
      const known = this.#known.get(name) ?? {
        values: new Map<number, number | null>(),
        oldest: Infinity,
        newest: -Infinity,
      };
      const shift = this.#runningSums.has(name)
        ? shiftOf(candles, values, known.values)
        : 0;
      candles.forEach(({ open_time }, place) => {
        const value = values[place] ?? null;
        known.values.set(open_time, value === null ? null : value + shift);
      });
      known.oldest = Math.min(known.oldest, first);
      known.newest = Math.max(known.newest, last);
      this.#known.set(name, known);
    }
  }
}

// A page of the past counts from another beginning: where both know a candle that
// is over, they must agree.
function shiftOf(
  candles: IndicatorPage["candles"],
  values: readonly (number | null)[],
  known: ReadonlyMap<number, number | null>,
): number {
  for (const [place, { open_time }] of candles.entries()) {
    const [here, there] = [values[place], known.get(open_time)];
    if (typeof here === "number" && typeof there === "number") return there - here;
  }
  return 0;
}
