/** What rules say of a pair's numbers; `markets/analysis` says the same on the server. */

export type Side = "up" | "down" | "neutral";
export type Group = Side | "unknown";

/** One rule, as `markets/analysis/rules.py` explains it. */
export interface Rule {
  metric: string;
  high: number;
  low: number;
  above: [Side, string];
  below: [Side, string];
  between: string;
  source: string;
  against: string | null;
  only_from: [string, number, string] | null;
}

/** A metric without its timeframe, and its number: null where it is unknown. */
export type Reading = [name: string, value: number | null];

export interface Finding {
  group: Group;
  /** Empty where a number lacks. */
  sentence: string;
  readings: Reading[];
}

/** The number of a metric by its full name; undefined where there is no such metric. */
export type ValueOf = (name: string) => number | null | undefined;

/** Ask one rule in one timeframe; null where that lacks one of its metrics altogether. */
export function ask(rule: Rule, valueOf: ValueOf, timeframe: string): Finding | null {
  const readings: Reading[] = [];
  for (const name of [rule.metric, rule.against, rule.only_from?.[0]]) {
    if (!name) continue;
    const value = valueOf(name === "price" ? name : `${name}_${timeframe}`);
    if (value === undefined) return null;
    readings.push([name, value]);
  }
  const values = readings.map(([, value]) => value).filter((value) => value !== null);
  if (values.length < readings.length) return { group: "unknown", sentence: "", readings };
  const [group, sentence] = judge(rule, values);
  const isGated = sentence === rule.only_from?.[2];
  return { group, sentence, readings: isGated ? readings.reverse() : readings };
}

function judge(rule: Rule, values: number[]): [Side, string] {
  const gate = rule.only_from;
  if (gate && (values.at(-1) ?? NaN) < gate[1]) return ["neutral", gate[2]];
  const number = (values[0] ?? NaN) - (rule.against ? (values[1] ?? NaN) : 0);
  if (number > rule.high) return rule.above;
  if (number < rule.low) return rule.below;
  return ["neutral", rule.between];
}
