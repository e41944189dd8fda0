/** The last prices, kept in this browser for when there is no network. */

import { fetchPairs, type PairList } from "./pair-list";

const KEPT_AS = "last-prices";
const EVERY_MS = 60_000;
const PAIRS = 40;

export interface KeptPrices extends PairList {
  at_ms: number;
}

/** Read what was kept; null where there is nothing, or nothing that can be read. */
export function readKeptPrices(): KeptPrices | null {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT_AS) ?? "null") as KeptPrices | null;
    return kept && kept.pairs.length > 0 ? kept : null;
  } catch {
    return null;
  }
}

async function keep(): Promise<void> {
  if (document.hidden) return;
  try {
    const list = await fetchPairs(PAIRS);
    const kept: KeptPrices = { ...list, at_ms: Date.now() };
    if (list.pairs.length > 0) localStorage.setItem(KEPT_AS, JSON.stringify(kept));
  } catch {
    // No answer or no room: what was kept before stays.
  }
}

/** Keep the prices of the most traded pairs, now and once a minute while it is seen. */
export function keepPrices(): void {
  addEventListener("load", () => {
    void keep();
  });
  setInterval(() => void keep(), EVERY_MS);
}
