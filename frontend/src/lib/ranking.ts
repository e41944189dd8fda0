/** What the quick search finds, best first. */

export interface Pair {
  symbol: string;
  base: string;
  quote: string;
}

export interface Page {
  label: string;
  address: string;
}

/** How well a pair fits, 0 best; null where it does not: the base asset comes first. */
function fit({ symbol, base }: Pair, needle: string): number | null {
  if (base === needle || symbol === needle) return 0;
  if (base.startsWith(needle)) return 1;
  if (symbol.startsWith(needle)) return 2;
  if (base.includes(needle)) return 3;
  return symbol.includes(needle) ? 4 : null;
}

/** Pairs that fit; of those that fit alike, in the order given. */
export function findPairs<P extends Pair>(
  text: string,
  pairs: readonly P[],
  limit: number,
): P[] {
  const needle = text
    .trim()
    .toUpperCase()
    .replace(/[\s/-]+/g, "");
  return pairs
    .map((pair) => ({ pair, fit: fit(pair, needle) }))
    .filter((found) => found.fit !== null)
    .sort((a, b) => (a.fit ?? 0) - (b.fit ?? 0))
    .slice(0, limit)
    .map(({ pair }) => pair);
}

/** Pages of which a word begins with the text. */
export function findPages(text: string, pages: readonly Page[]): Page[] {
  const needle = text.trim().toLowerCase();
  return pages.filter(({ label }) => ` ${label.toLowerCase()}`.includes(` ${needle}`));
}
