/** Which indicators a chart can show, and which are chosen: kept by the browser. */

import { readData, rememberInAddress } from "../lib/dom";
import type { FigureKind } from "../lib/format";

export interface IndicatorLine {
  /** The metric's name, without the timeframe. */
  name: string;
  label: string;
  style: "line" | "dashed" | "histogram";
}

export interface Indicator {
  /** What the API is asked for. */
  name: string;
  label: string;
  meaning: string;
  has_pane: boolean;
  kind: FigureKind;
  lines: IndicatorLine[];
  levels: number[];
  is_running_sum: boolean;
}

const KEPT_AS = "indicators";
/** More panes leave none of them room. */
export const MOST_PANES = 4;

/** Every indicator that the page's chart offers. */
export function offered(): Indicator[] {
  return (readData("chart-indicators") ?? []) as Indicator[];
}

/** The names in the address, or those that the browser has kept. */
export function readChoice(): string[] {
  const inAddress = new URLSearchParams(location.search).get(KEPT_AS);
  const text = inAddress ?? localStorage.getItem(KEPT_AS) ?? "";
  return text.split(",").filter(Boolean);
}

/** Keep a choice in the address and in the browser. */
export function keepChoice(names: readonly string[]): void {
  rememberInAddress({ [KEPT_AS]: names.join(",") });
  localStorage.setItem(KEPT_AS, names.join(","));
}

/** Those of the names that are offered, in order, with no more panes than fit. */
export function chosenOf(names: readonly string[], all: readonly Indicator[]): Indicator[] {
  const known = [...new Set(names)]
    .map((name) => all.find((one) => one.name === name))
    .filter((one) => one !== undefined);
  const panes = known.filter((one) => one.has_pane).slice(-MOST_PANES);
  return known.filter((one) => !one.has_pane || panes.includes(one));
}
