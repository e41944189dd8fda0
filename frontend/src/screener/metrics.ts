/** The catalogue as the page knows it, and how each metric's value is shown. */

import { readData } from "../lib/dom";
import { clock, direction, figure, type FigureKind, NO_VALUE } from "../lib/format";

export type Value = string | number | null;

export interface Metric {
  name: string;
  /** Without its span: `Change`. */
  label: string;
  /** The window or timeframe, nothing where it has none. */
  span: string;
  group: string;
  unit: string;
  /** None where the pair's own price says it. */
  decimals: number | null;
  meaning: string;
}

export interface Board {
  sets: Record<string, string[]>;
  sort: string;
  metrics: Metric[];
  spans: string[];
}

/** Of these a sign says something, and zero is the middle. */
const SIGNED = /^(change|vwap_distance|vroc_14|macd_hist)_/;
const SHORT: Record<string, string> = {
  "Quote volume": "Vol",
  "Relative volume": "Rel. vol",
  "Taker-buy share": "Buy share",
  "VWAP distance": "VWAP dist",
  "Range position": "Range pos",
  "MACD histogram": "MACD hist",
  "Stochastic %K": "Stoch K",
  "Stochastic %D": "Stoch D",
  "Rising candles": "Rising",
  "Falling candles": "Falling",
};
const KIND_OF: Record<string, FigureKind> = {
  "× usual": "ratio",
  fraction: "rate",
  "base asset": "compact",
  trades: "compact",
};

let known: Board | null = null;

/** What the server wrote of the catalogue and the sets of columns. */
export function board(): Board {
  known ??= readData("screener-board") as Board;
  return known;
}

export function metricOf(name: string): Metric | undefined {
  return board().metrics.find((one) => one.name === name);
}

/** The head of its column: short, for there are many. */
export function headOf({ label, span, name }: Metric): string {
  if (name.startsWith("change_")) return `${span} %`;
  return `${SHORT[label] ?? label} ${span}`.trim();
}

/** The value as text; prices come as text with the pair's own decimals. */
export function shown(metric: Metric, value: Value): string {
  if (value === null) return NO_VALUE;
  const number = Number(value);
  if (metric.unit === "UTC ms") return clock(number);
  const decimals = metric.decimals ?? String(value).split(".")[1]?.length ?? 0;
  return figure(kindOf(metric), number, decimals);
}

function kindOf({ name, unit, decimals }: Metric): FigureKind {
  if (unit === "%" && SIGNED.test(name)) return "change";
  // Values in the quote asset that are no prices are large.
  if (unit === "quote asset" && decimals === 0) return "compact";
  return KIND_OF[unit] ?? "price";
}

/** `up` or `down` where the sign says something. */
export function tone(metric: Metric, value: Value): "up" | "down" | "" {
  if (value === null || !SIGNED.test(metric.name)) return "";
  // A histogram's height has the size of the price: any sign of it counts.
  if (metric.unit !== "%") return Number(value) < 0 ? "down" : "up";
  return direction(Number(value));
}
