/** How a message would read: its template with the present figures of a pair. */

import { ask } from "../lib/api";
import { setText } from "../lib/dom";
import { hourAndMinute } from "../lib/format";
import { metricOf, shown } from "../screener/metrics";
import { filled, priceText } from "./words";

export const USUAL = "{name}: {pair} {price}, {change_1h} in 1h";

interface Facts {
  name: string;
  pair: string;
  price: number;
  value: number | null;
}

export class MessagePreview {
  readonly #place: HTMLElement;
  readonly #life: AbortSignal;
  #pair = "";
  #metrics: Record<string, string> = {};

  constructor(place: HTMLElement, life: AbortSignal) {
    this.#place = place;
    this.#life = life;
  }

  show(template: string, facts: Facts): void {
    if (facts.pair && facts.pair !== this.#pair) {
      this.#pair = facts.pair;
      void this.#learn(facts.pair).then(() => {
        this.#draw(template, facts);
      });
    }
    this.#draw(template, facts);
  }

  #draw(template: string, { name, pair, price, value }: Facts): void {
    const values = {
      ...this.#metrics,
      name,
      pair,
      price: priceText(Number.isNaN(price) ? null : price),
      value: value === null ? "–" : value.toLocaleString("en"),
      metric: "",
      when: hourAndMinute(Date.now()),
      late: "",
      phase: "came true",
      link: location.origin,
    };
    const { text, unknown } = filled(template.trim() || USUAL, values);
    const fault = unknown.length > 0 ? ` — there is no field ${unknown.join(", ")}` : "";
    setText(this.#place, text + fault);
  }

  async #learn(pair: string): Promise<void> {
    try {
      const path = `metrics/${encodeURIComponent(pair)}`;
      const told = await ask<{ metrics: Record<string, string | number | null> }>(
        path,
        this.#life,
      );
      this.#metrics = Object.fromEntries(
        Object.entries(told.metrics).map(([name, value]) => {
          const metric = metricOf(name);
          const unit = metric?.unit === "%" ? " %" : "";
          return [name, metric ? shown(metric, value) + unit : String(value)];
        }),
      );
    } catch {
      this.#metrics = {}; // the figures are only an example
    }
  }
}
