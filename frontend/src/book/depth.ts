/** The cumulative book as two curves that meet at the price. */

import { compact, figure } from "../lib/format";
import { token } from "../lib/tokens";
import type { OrderBook, Side } from "./book";

const FOOT_PX = 18;
const TOP_PX = 6;

/** What lies between the price and a point of the curve. */
export interface DepthSpot {
  price: number;
  /** In the base asset. */
  quantity: number;
  /** In the quote asset. */
  value: number;
  isBid: boolean;
}

/** Running sums of one side as far as `reach` from the price. */
export function cumulated(side: Side, mid: number, reach: number): DepthSpot[] {
  const found: DepthSpot[] = [];
  let [quantity, value] = [0, 0];
  for (let at = 0; at < side.prices.length; at += 1) {
    const price = side.prices[at] ?? 0;
    if (Math.abs(price - mid) > reach) break;
    quantity += side.quantities[at] ?? 0;
    value += price * (side.quantities[at] ?? 0);
    found.push({ price, quantity, value, isBid: price < mid });
  }
  return found;
}

/** Half the width of what is shown: as far as the shorter side reaches. */
export function reachOf(book: OrderBook): number {
  const { bids, asks, mid } = book;
  const [low, high] = [bids.prices.at(-1) ?? NaN, asks.prices.at(-1) ?? NaN];
  return Math.min(mid - low, high - mid);
}

export function drawDepth(
  canvas: HTMLCanvasElement,
  book: OrderBook,
  decimals: number,
  pointedX: number | null,
): DepthSpot | null {
  const context = canvas.getContext("2d");
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!context || width === 0) return null;
  const dpr = devicePixelRatio;
  canvas.width = Math.round(width * dpr);
  canvas.height = Math.round(height * dpr);
  context.scale(dpr, dpr);
  const [mid, reach] = [book.mid, reachOf(book)];
  if (!(reach > 0)) return null;
  const sides = [cumulated(book.bids, mid, reach), cumulated(book.asks, mid, reach)];
  const most = Math.max(...sides.map((side) => side.at(-1)?.quantity ?? 0));
  const plot = height - FOOT_PX;
  const x = (price: number) => ((price - mid + reach) / (2 * reach)) * width;
  const y = (quantity: number) => plot - (quantity / most) * (plot - TOP_PX);
  for (const side of sides) drawSide(context, side, { x, y, plot, mid, reach });
  drawFoot(context, { width, height, mid, reach, decimals });
  return pointedX === null ? null : drawPointed(context, sides, { x, y, plot, pointedX });
}

interface Scales {
  x: (price: number) => number;
  y: (quantity: number) => number;
  plot: number;
}

function drawSide(
  context: CanvasRenderingContext2D,
  side: DepthSpot[],
  { x, y, plot, mid, reach }: Scales & { mid: number; reach: number },
): void {
  const name = side[0]?.isBid ? "up" : "down";
  const end = x(side[0]?.isBid ? mid - reach : mid + reach);
  let height = plot;
  context.beginPath();
  context.moveTo(x(mid), plot);
  for (const { price, quantity } of side) {
    context.lineTo(x(price), height);
    height = y(quantity);
    context.lineTo(x(price), height);
  }
  context.lineTo(end, height);
  context.strokeStyle = token(name);
  context.lineWidth = 1.5;
  context.stroke();
  context.lineTo(end, plot);
  context.closePath();
  context.fillStyle = token(`${name}-bg`);
  context.fill();
}

function drawFoot(
  context: CanvasRenderingContext2D,
  at: { width: number; height: number; mid: number; reach: number; decimals: number },
): void {
  const y = at.height - FOOT_PX / 2;
  context.font = `11px ${token("sans")}`;
  context.textBaseline = "middle";
  context.fillStyle = token("muted");
  for (const [align, x, price] of [
    ["left", 4, at.mid - at.reach],
    ["center", at.width / 2, at.mid],
    ["right", at.width - 4, at.mid + at.reach],
  ] as const) {
    context.textAlign = align;
    context.fillText(figure("price", price, at.decimals), x, y);
  }
}

function drawPointed(
  context: CanvasRenderingContext2D,
  sides: DepthSpot[][],
  { x, y, plot, pointedX }: Scales & { pointedX: number },
): DepthSpot | null {
  let nearest: DepthSpot | null = null;
  for (const spot of sides.flat()) {
    const isNearer =
      !nearest ||
      Math.abs(x(spot.price) - pointedX) < Math.abs(x(nearest.price) - pointedX);
    if (isNearer) nearest = spot;
  }
  if (!nearest) return null;
  context.strokeStyle = token("muted");
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(x(nearest.price), 0);
  context.lineTo(x(nearest.price), plot);
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = token(nearest.isBid ? "up" : "down");
  context.beginPath();
  context.arc(x(nearest.price), y(nearest.quantity), 3, 0, 2 * Math.PI);
  context.fill();
  return nearest;
}

/** The spot in words: `86,010.5: 12.3 BTC (1.06 M USDT) to buy above`. */
export function depthWords(
  spot: DepthSpot,
  pair: { base: string; quote: string; decimals: number },
): string {
  const side = spot.isBid ? "wanted from here up" : "for sale up to here";
  const price = figure("price", spot.price, pair.decimals);
  return `${price}: ${compact(spot.quantity)} ${pair.base}, ${compact(spot.value)} ${pair.quote} ${side}`;
}
