/** Every metric of one pair, as the topic `metrics.SYMBOL` tells it. */

import type { MetricsData } from "../lib/frames";
import { liveSocket } from "../lib/socket";

export class PairMetrics extends EventTarget {
  /** When the values were taken, UTC ms; null before the first. */
  asOf: number | null = null;
  #aheadMs = 0;
  readonly #values = new Map<string, number | null>();

  get(name: string): number | null {
    return this.#values.get(name) ?? null;
  }

  /** The market's time, UTC ms: a replayed market has its own. */
  now(): number {
    return Date.now() + this.#aheadMs;
  }

  /** Take a snapshot, which replaces everything, or the metrics that changed. */
  apply(data: MetricsData, isSnapshot: boolean): void {
    if (isSnapshot) this.#values.clear();
    this.asOf = data.as_of;
    this.#aheadMs = data.as_of - Date.now();
    for (const [name, value] of Object.entries(data.metrics)) this.#values.set(name, value);
    this.dispatchEvent(new Event("change"));
  }
}

const shared = new Map<string, PairMetrics>();

/** The metrics of a pair, kept by one subscription as long as the page lives. */
export function pairMetrics(symbol: string): PairMetrics {
  let metrics = shared.get(symbol);
  if (!metrics) {
    const made = (metrics = new PairMetrics());
    shared.set(symbol, made);
    liveSocket().subscribe(
      `metrics.${symbol}`,
      (data, frame) => {
        made.apply(data as MetricsData, frame.type === "snapshot");
      },
      new AbortController().signal,
    );
  }
  return metrics;
}
