/** Where a chart's prices and times are written. */

import { dayAndMonth, hourAndMinute } from "../lib/format";

export interface Axis {
  /** Prices at the foot and at the head. */
  low: number;
  high: number;
  height: number;
  y: (price: number) => number;
  price: (y: number) => number;
}

const PRICE_EVERY_PX = 34;
const TIME_EVERY_PX = 84;
const MINUTE = 60_000;
const [HOUR, DAY] = [60 * MINUTE, 1_440 * MINUTE];
const STEPS = [
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
].concat([12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY]);

/** Round prices that stand far enough from each other and from the edges. */
export function priceTicks({ low, high, height }: Axis): number[] {
  const least = ((high - low) * PRICE_EVERY_PX) / height;
  if (!(least > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 5].find((times) => times * power >= least) ?? 10) * power;
  const edge = (8 * (high - low)) / height;
  const ticks: number[] = [];
  for (
    let count = Math.ceil((low + edge) / step);
    count * step <= high - edge;
    count += 1
  ) {
    ticks.push(count * step);
  }
  return ticks;
}

/** Places among open times (UTC ms) that bear a label, in the person's own zone. */
export function timeTicks(
  times: readonly number[],
  spacing: number,
): { place: number; text: string }[] {
  const [first, second] = times;
  if (first === undefined || second === undefined) return [];
  const least = ((second - first) * TIME_EVERY_PX) / spacing;
  const step = STEPS.find((candidate) => candidate >= least) ?? 364 * DAY;
  return times.flatMap((time, place) => {
    const local = time - new Date(time).getTimezoneOffset() * MINUTE;
    if (local % step !== 0) return [];
    return [{ place, text: local % DAY === 0 ? dayAndMonth(time) : hourAndMinute(time) }];
  });
}
