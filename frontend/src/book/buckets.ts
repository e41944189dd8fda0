/** Levels summed by steps of price: what the ladder and the heatmap show. */

import type { Side } from "./book";

/** Bucket sizes to choose from, in ticks. */
export const BUCKET_TICKS: readonly number[] = [1, 10, 100, 1_000, 10_000].flatMap(
  (scale) => [scale, 2 * scale, 5 * scale],
);

/** The number of ticks that a price is; prices are whole ticks but for rounding. */
export function tickOf(price: number, tick: number): number {
  return Math.round(price / tick);
}

/** The smallest bucket of which `rows` span so many ticks. */
export function fittingBucket(spanTicks: number, rows: number): number {
  const fits = BUCKET_TICKS.find((size) => size * rows >= spanTicks);
  return fits ?? BUCKET_TICKS.at(-1) ?? 1;
}

/** The next larger or smaller bucket; the same one at either end. */
export function zoomed(bucket: number, by: 1 | -1): number {
  const at = BUCKET_TICKS.indexOf(bucket);
  return BUCKET_TICKS[at + by] ?? bucket;
}

export interface Bucket {
  price: number;
  quantity: number;
  /** Sum from the best price to here. */
  total: number;
}

/**
 * Sum a side into its best `most` buckets, best first.
 *
 * A bucket of bids bears its lowest price and one of asks its highest: what one
 * would at least get, or at most pay.
 */
export function sumBuckets(
  side: Side,
  isBid: boolean,
  grid: { tick: number; bucket: number },
  most: number,
): Bucket[] {
  const found: Bucket[] = [];
  const round = isBid ? Math.floor : Math.ceil;
  let last = NaN;
  let total = 0;
  for (let at = 0; at < side.prices.length; at += 1) {
    const ticks = tickOf(side.prices[at] ?? 0, grid.tick);
    const number = round(ticks / grid.bucket);
    const quantity = side.quantities[at] ?? 0;
    if (number !== last) {
      if (found.length === most) break;
      last = number;
      const price = number * grid.bucket * grid.tick;
      found.push({ price, quantity: 0, total });
    }
    total += quantity;
    const bucket = found.at(-1);
    if (!bucket) break;
    bucket.quantity += quantity;
    bucket.total = total;
  }
  return found;
}
