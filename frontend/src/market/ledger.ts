/** A day of the ledger: where the candles of every pair and hour came from. */

export const STATES = ["stream", "rest", "late", "halted", "missing"] as const;
export type LedgerState = (typeof STATES)[number];

/** Candles of one pair and hour; `late` ones are counted by their source as well. */
export type Hour = Record<LedgerState | "expected", number>;

export interface LedgerLine {
  symbol: string;
  hours: Hour[];
}

/** Words of the states, as a person reads them. */
export const WORDS: Record<LedgerState, string> = {
  stream: "live",
  rest: "repaired",
  late: "late",
  halted: "halted",
  missing: "missing",
};

export function emptyHour(): Hour {
  return { expected: 0, stream: 0, rest: 0, late: 0, halted: 0, missing: 0 };
}

/** Add hours up, field by field. */
export function total(hours: readonly Hour[]): Hour {
  const sum = emptyHour();
  for (const hour of hours) {
    for (const name of [...STATES, "expected"] as const) sum[name] += hour[name];
  }
  return sum;
}

/** The hours of all pairs together. */
export function allPairs(lines: readonly LedgerLine[]): Hour[] {
  return Array.from({ length: 24 }, (_, place) =>
    total(lines.map(({ hours }) => hours[place] ?? emptyHour())),
  );
}

/** What the eye should see of an hour: the worst that happened in it. */
export function verdict(hour: Hour): LedgerState | "none" {
  if (hour.expected === 0) return "none";
  if (hour.missing > 0) return "missing";
  if (hour.halted > 0) return "halted";
  if (hour.late > 0) return "late";
  return hour.rest > 0 ? "rest" : "stream";
}

/** Lines that are not whole, those with most missing first. */
export function notWhole(lines: readonly LedgerLine[]): LedgerLine[] {
  const weight = ({ hours }: LedgerLine) => {
    const sum = total(hours);
    return 1e6 * sum.missing + 1e3 * sum.halted + sum.late;
  };
  return lines
    .map((line) => ({ line, weight: weight(line) }))
    .filter((entry) => entry.weight > 0)
    .sort((a, b) => b.weight - a.weight || (a.line.symbol < b.line.symbol ? -1 : 1))
    .map((entry) => entry.line);
}
