/** One episode as a line of a table: when, which rule, which pair, what came after. */

import { make } from "../lib/dom";
import { direction, moment } from "../lib/format";
import { metricOf, shown } from "../screener/metrics";
import { addressOf } from "./alert-line";
import { icon, pairLink, sideMark, time } from "./pieces";
import type { Episode } from "./shapes";
import { KIND_LABELS, lateWords, priceText, returned } from "./words";

export interface RowChoice {
  symbolPage: string;
  /** Pattern of the page of one alert; empty where the rule is not named. */
  alertPage: string;
  hasRule: boolean;
  /** Which returns are shown. */
  returns: readonly ("return_15m" | "return_1h" | "return_4h" | "return_24h")[];
  hasDeliveries: boolean;
  /** How many decimals the prices of each pair have, as far as it is known. */
  decimals: ReadonlyMap<string, number>;
}

const RETURN_LABELS = {
  return_15m: "+15m",
  return_1h: "+1h",
  return_4h: "+4h",
  return_24h: "+24h",
};
const STATE_WORDS: Record<string, string> = {
  owed: "on its way",
  claimed: "on its way",
  delivered: "delivered",
  failed: "failed",
  cancelled: "cancelled",
};

function cell(label: string, content: Node | string, className = ""): HTMLElement {
  const made = make("td", className);
  made.dataset.label = label;
  made.append(content);
  return made;
}

/** How long it lasted, or that it goes on. */
function lasted({ opened_ms: from, closed_ms: to }: Episode): string {
  if (to === null) return "open now";
  const minutes = Math.round((to - from) / 60_000);
  if (minutes < 1) return "less than a minute";
  return minutes < 120 ? `${minutes} min` : `${Math.round(minutes / 60)} h`;
}

function valueOf({ metric: name, value }: Episode, decimals?: number): string {
  const metric = metricOf(name);
  // Prices have the decimals of their pair.
  if (!metric || value === null || metric.decimals === null) {
    return priceText(value, decimals);
  }
  return shown(metric, value) + (metric.unit === "%" ? " %" : "");
}

function ruleCell({ rule, side }: Episode, { alertPage }: RowChoice): HTMLElement {
  const made = make("td", "words episode-rule");
  made.dataset.label = rule.kind === "signal" ? "Signal" : "Alert";
  if (rule.kind === "signal") {
    made.append(sideMark(side), make("span", "", rule.name));
    return made;
  }
  const link = make(rule.id ? "a" : "span", "", rule.name);
  if (link instanceof HTMLAnchorElement) link.href = addressOf(alertPage, rule.id ?? 0);
  made.append(link);
  return made;
}

function told({ deliveries = [] }: Episode): HTMLElement {
  const place = make("span", "alert-tells");
  for (const { kind, state, last_error: error } of deliveries) {
    const mark = make("span", `tell tell-${state}`);
    const words = `${KIND_LABELS[kind] ?? kind}: ${STATE_WORDS[state] ?? state}`;
    mark.role = "img";
    mark.ariaLabel = mark.title = error ? `${words}. ${error}` : words;
    mark.append(icon(kind));
    if (state === "failed") mark.append(make("b", "tell-cross", "×"));
    place.append(mark);
  }
  if (deliveries.length === 0) place.append(make("span", "muted", "nobody"));
  return place;
}

/** Make the row of an episode. */
export function episodeRow(one: Episode, choice: RowChoice): HTMLTableRowElement {
  const row = make("tr", one.closed_ms === null ? "is-open" : "");
  row.dataset.id = String(one.id);
  row.title = `${one.words} · ${lasted(one)}`;
  const when = make("th", "episode-time");
  when.scope = "row";
  when.append(time(one.opened_ms, moment(one.opened_ms)));
  if (one.closed_ms === null) when.append(make("span", "badge badge-warn", "open"));
  row.append(when);
  if (choice.hasRule) row.append(ruleCell(one, choice));
  row.append(cell("Pair", pairLink(one.symbol, choice.symbolPage), "words"));
  const decimals = choice.decimals.get(one.symbol);
  row.append(cell("Value", valueOf(one, decimals)));
  row.append(cell("Price", priceText(one.price, decimals)));
  for (const name of choice.returns) {
    const value = one.outcome?.[name] ?? null;
    row.append(cell(RETURN_LABELS[name], returned(value), direction(value)));
  }
  if (!choice.hasDeliveries) return row;
  const late = lateWords(one.is_late, one.delay_ms);
  row.append(cell("Late", late || "–", late ? "warn" : "muted"));
  row.append(cell("Told", told(one), "words"));
  return row;
}
