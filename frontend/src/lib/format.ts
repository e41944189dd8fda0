/** Figures as the pages show them; `markets/figures.py` says the same on the server. */

export const NO_VALUE = "–";
const MINUS = "−";
const THIN_SPACE = "\u202f";
const SCALES: readonly (readonly [number, string])[] = [
  [1e12, "T"],
  [1e9, "B"],
  [1e6, "M"],
  [1e3, "K"],
];

/** How a column shows its number. */
export type FigureKind =
  "price" | "change" | "percent" | "compact" | "ratio" | "share" | "rate" | "signed";

const formats = new Map<number, Intl.NumberFormat>();

function fixed(value: number, decimals: number): string {
  let format = formats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat("en", {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
    });
    formats.set(decimals, format);
  }
  return format.format(value).replace("-", MINUS);
}

/** A percentage with its sign; what rounds to nothing has none. */
export function change(value: number): string {
  return signed(value, 2);
}

function signed(value: number, decimals: number): string {
  const text = fixed(Math.abs(value), decimals);
  if (!/[1-9]/.test(text)) return text;
  return (value > 0 ? "+" : MINUS) + text;
}

/** Three figures and a scale: `84.2 B`. */
export function compact(value: number): string {
  const size = Math.abs(value);
  for (const [scale, letter] of SCALES) {
    // 999.96 would round to 1,000.0: it belongs to the next scale.
    if (size >= scale * 0.9995) {
      const scaled = value / scale;
      return `${fixed(scaled, Math.abs(scaled) < 9.995 ? 2 : 1)}${THIN_SPACE}${letter}`;
    }
  }
  return fixed(value, size < 9.995 ? 2 : 1);
}

const SHOW: Record<FigureKind, (value: number, decimals: number) => string> = {
  // Of a pair that is not known yet, nothing is guessed.
  price: (value, decimals) => (Number.isNaN(decimals) ? NO_VALUE : fixed(value, decimals)),
  change: (value) => signed(value, 2),
  signed,
  percent: (value) => fixed(value, 2),
  share: (value) => fixed(value, 2),
  compact: (value) => compact(value),
  rate: (value) => signed(100 * value, 4),
  ratio: (value) => `${fixed(value, 2)}×`,
};

/** One figure of the table; `decimals` are those of a price and of what is signed. */
export function figure(
  kind: FigureKind,
  value: number | null | undefined,
  decimals: number,
): string {
  if (value === null || value === undefined || Number.isNaN(value)) return NO_VALUE;
  return SHOW[kind](value, decimals);
}

/** The decimals that some quantities have, as the exchange writes them. */
export function decimalsIn(quantities: readonly number[], known = 0): number {
  return quantities.reduce(
    (most, one) => Math.max(most, String(one).split(".")[1]?.length ?? 0),
    known,
  );
}

/** A quantity in the pair's own decimals, short where it is large. */
export function quantity(value: number, decimals: number): string {
  return value < 9_999.5 ? fixed(value, decimals) : compact(value);
}

/** `up` or `down`, or nothing where the shown figure is zero. */
export function direction(
  value: number | null | undefined,
  decimals = 2,
): "up" | "down" | "" {
  const least = 0.5 * 10 ** -decimals;
  if (value === null || value === undefined || !(Math.abs(value) >= least)) return "";
  return value > 0 ? "up" : "down";
}

/** A whole number with separators. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? NO_VALUE : fixed(value, 0);
}

/** How long ago: `0.3 s`, `12 s`, `4 min`, `2 h`. */
export function age(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 99.5) return `${seconds.toFixed(0)} s`;
  if (seconds < 5_970) return `${(seconds / 60).toFixed(0)} min`;
  return `${(seconds / 3_600).toFixed(0)} h`;
}

/** What is left of a time: `3:07:12`, `07:12`; never less than nothing. */
export function countDown(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const two = (part: number) => String(part).padStart(2, "0");
  const minutes = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return seconds < 3_600 ? minutes : `${Math.floor(seconds / 3_600)}:${minutes}`;
}

const clockFormat = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const momentFormat = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

/** The time of day in the person's own zone. */
export function clock(ms: number): string {
  return clockFormat.format(ms);
}

const longMomentFormat = new Intl.DateTimeFormat("en-GB", {
  day: "2-digit",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

/** Day and minute in the person's own zone, with the year where asked for. */
export function moment(ms: number, hasYear = false): string {
  return (hasYear ? longMomentFormat : momentFormat).format(ms);
}

/** The same moment in UTC, for the title of a local time. */
export function utc(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

const minuteFormat = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
});
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** Hour and minute in the person's own zone. */
export function hourAndMinute(ms: number): string {
  return minuteFormat.format(ms);
}

/** The day in the person's own zone: `21 Nov`. */
export function dayAndMonth(ms: number): string {
  return dayFormat.format(ms);
}
