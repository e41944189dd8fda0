/** Alerts in words and signs, without the page. */

import { change, count, figure, moment, NO_VALUE } from "../lib/format";
import type { Alert, AlertState, Form, Side } from "./shapes";

export const SIGN_OF: Record<Side, string> = { bull: "▲", bear: "▼", neutral: "■" };
export const TONE_OF: Record<Side, string> = { bull: "up", bear: "down", neutral: "muted" };
export const KIND_LABELS: Record<string, string> = {
  in_app: "In the app",
  email: "E-mail",
  telegram: "Telegram",
  discord: "Discord",
  webhook: "Webhook",
  web_push: "Browser",
  apprise: "Apprise",
};

export const STATE_LABELS: Record<AlertState, string> = {
  open: "Open now",
  active: "Active",
  waiting: "Not begun",
  paused: "Paused",
  finished: "Finished",
  expired: "Expired",
};

/** `Open now · 3 pairs`: where it watches one pair, no number is needed. */
export function stateWords({ state, open_pairs: open, scope }: Alert): string {
  if (state !== "open" || scope === "pair") return STATE_LABELS[state];
  return `${STATE_LABELS.open} · ${open === 1 ? "1 pair" : `${count(open)} pairs`}`;
}

/** Words as a sentence: `now 1,948.20` becomes `Now 1,948.20.` */
export function sentence(words: string): string {
  const text = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?\s]$/.test(text) ? text : `${text}.`;
}

/** What it watches, in a word or two; names come from the person's own lists. */
export function watchedWords(
  { scope, symbol, watchlist, screen }: Alert,
  names: ReadonlyMap<string, string>,
): string {
  if (scope === "pair") return symbol;
  if (scope === "market") return "Whole market";
  const id = scope === "watchlist" ? watchlist : screen;
  return names.get(id ?? "") ?? `A ${scope} that is gone`;
}

/** Write a form as an expression, as it will be kept but for its normal form. */
export function written(form: Form): string {
  const { metric, operator, value, high, window } = form;
  const limit = String(value);
  const band = `between(${metric}, ${limit}, ${high ?? "…"})`;
  const moved = `change_${window ?? "15m"}`;
  const text: Record<string, string> = {
    crosses: `crosses_above(${metric}, ${limit}) or crosses_below(${metric}, ${limit})`,
    crosses_above: `crosses_above(${metric}, ${limit})`,
    crosses_below: `crosses_below(${metric}, ${limit})`,
    above: `${metric} > ${limit}`,
    below: `${metric} < ${limit}`,
    enters_band: band,
    leaves_band: `not ${band}`,
    moves: `abs(${moved}) >= ${limit}`,
    moves_up: `${moved} >= ${limit}`,
    moves_down: `${moved} <= -${limit}`,
  };
  return text[operator] ?? "";
}

/** Read a number as people type one: `65,432.1`, `1 948.2`; NaN where it is none. */
export function numberOf(text: string): number {
  const plain = text.replace(/[\s,_\u202f]/g, "").replace(/^−/, "-");
  return plain === "" ? NaN : Number(plain);
}

/** How late something was told: nothing where it was not. */
export function lateWords(isLate: boolean, delayMs: number): string {
  if (!isLate) return "";
  const minutes = Math.max(1, Math.round(delayMs / 60_000));
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

/** A time of the API, which is text or a number, as milliseconds. */
export function msOf(time: string | number | null): number | null {
  if (time === null) return null;
  const ms = typeof time === "number" ? time : Date.parse(time);
  return Number.isNaN(ms) ? null : ms;
}

/** A share such as 0.64 as whole percents. */
export function percents(share: number | null): string {
  return share === null ? NO_VALUE : (100 * share).toFixed(0);
}

/** `64 %` and its interval beside it. */
export function range(
  low: number | null | undefined,
  high: number | null | undefined,
): string {
  return typeof low !== "number" || typeof high !== "number"
    ? ""
    : `${percents(low)}–${percents(high)}`;
}

/** `30 days`, `1 day`, `0.4 days`. */
export function daysWords(days: number): string {
  const text = days.toLocaleString("en", { maximumFractionDigits: 1 });
  return text === "1" ? "1 day" : `${text} days`;
}

/** A return in percent, with its sign. */
export function returned(value: number | null | undefined): string {
  return value === null || value === undefined ? NO_VALUE : change(value);
}

/** A price; where its pair's decimals are not known, with as many as make sense. */
export function priceText(value: number | null, decimals?: number): string {
  if (value === null) return NO_VALUE;
  const size = Math.abs(value);
  const enough = size >= 1_000 ? 2 : size >= 1 ? 4 : size >= 0.01 ? 5 : 8;
  return figure("price", value, decimals ?? enough);
}

/** Fill the fields of a message; what has no value yet stays as a dash. */
export function filled(
  template: string,
  values: Record<string, string>,
): { text: string; unknown: string[] } {
  const unknown: string[] = [];
  const text = template.replace(/\{([^{}]*)\}/g, (whole, name: string) => {
    const value = values[name.trim()];
    if (value === undefined) unknown.push(whole);
    return value ?? whole;
  });
  return { text, unknown };
}

/** The moment some days from now, as the API takes it. */
export function inDays(days: number, nowMs: number): string {
  return new Date(nowMs + days * 86_400_000).toISOString();
}

/** A moment for a field of local date and time. */
export function localField(ms: number): string {
  const shifted = ms - new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 16);
}

/** `21 Nov, 14:05` of a time of the API. */
export function whenWords(time: string | number | null): string {
  const ms = msOf(time);
  return ms === null ? NO_VALUE : moment(ms);
}

/** The next round price at least a percent above: something to begin with. */
export function roundAbove(price: number): number {
  if (!(price > 0)) return NaN;
  const size = Math.floor(Math.log10(price));
  const step = 5 * 10 ** (size - 2);
  const level = Math.ceil((1.01 * price) / step) * step;
  return Number(level.toPrecision(6));
}
