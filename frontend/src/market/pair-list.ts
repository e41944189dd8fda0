/** Every pair in a line, the most traded first, as the board shows them. */

/** Symbol, base and quote asset, price and change of a day as shown, its direction. */
export type PairLine = [string, string, string, string, string, "up" | "down" | ""];

export interface PairList {
  pairs: PairLine[];
  /** What must be said of the market, such as that it is generated. */
  notice: string;
}

/** Fetch every pair, or the `limit` most traded, as the board shows them. */
export async function fetchPairs(limit?: number): Promise<PairList> {
  const address = document.documentElement.dataset.pairs ?? "";
  const answer = await fetch(limit ? `${address}?limit=${limit}` : address);
  if (!answer.ok) throw new Error(`The board answered ${answer.status}.`);
  return (await answer.json()) as PairList;
}
