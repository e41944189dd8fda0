/** What does not tick about a pair: its assets and the decimals of its price. */

import { ask } from "../lib/api";
import { readData } from "../lib/dom";

export interface Pair {
  base: string;
  quote: string;
  decimals: number;
}

/** Told to the document, with the symbol, when a person has chosen a pair. */
export const PAIR_CHOSEN = "pair-chosen";

/** Told to the document when a pair that was not known is. */
export const PAIR_LEARNT = "pair-learnt";

interface Coin {
  base_asset: string;
  quote_asset: string;
  metrics: Record<string, string | null>;
}

const LEARN_LIMIT_MS = 10_000;
const LEARN_AGAIN_MS = 5_000;
const QUOTES = /^(.+?)(USDT|USDC|FDUSD|BUSD|BTC|ETH|BNB)$/;
const known = new Map<string, Pair>();

function load(): void {
  // Written by the server: [symbol, base, quote, decimals] of every pair.
  const rows = (readData("pairs") ?? []) as [string, string, string, number][];
  for (const [symbol, base, quote, decimals] of rows)
    known.set(symbol, { base, quote, decimals });
}

/**
 * Return what is known of a pair.
 *
 * One listed after the page was made is asked for; until the answer is there
 * its decimals are NaN, and its prices show as unknown.
 */
export function pairOf(symbol: string): Pair {
  if (known.size === 0) load();
  const pair = known.get(symbol);
  if (pair) return pair;
  const [, base, quote] = QUOTES.exec(symbol) ?? [];
  const unknown = { base: base ?? symbol, quote: quote ?? "", decimals: NaN };
  known.set(symbol, unknown);
  if (symbol) void learn(symbol);
  return unknown;
}

async function learn(symbol: string): Promise<void> {
  try {
    const coin = await ask<Coin>(
      `coins/${encodeURIComponent(symbol)}`,
      AbortSignal.timeout(LEARN_LIMIT_MS),
    );
    const price = coin.metrics.price ?? "";
    if (!price) throw new Error(`${symbol} has no price yet.`);
    const decimals = price.split(".")[1]?.length ?? 0;
    known.set(symbol, { base: coin.base_asset, quote: coin.quote_asset, decimals });
    document.dispatchEvent(new Event(PAIR_LEARNT));
  } catch {
    setTimeout(() => known.delete(symbol), LEARN_AGAIN_MS); // asked when next shown
  }
}

/** Choose a pair for everything on the page that shows one. */
export function choosePair(symbol: string): void {
  document.dispatchEvent(new CustomEvent(PAIR_CHOSEN, { detail: symbol }));
}

/** Hear which pair is chosen until `life` ends. */
export function onPairChosen(hear: (symbol: string) => void, life: AbortSignal): void {
  document.addEventListener(
    PAIR_CHOSEN,
    (event) => {
      hear((event as CustomEvent<string>).detail);
    },
    { signal: life },
  );
}
