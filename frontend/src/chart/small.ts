/**
 * A small candle chart on a canvas of its own: the newest candles, and no more.
 *
 * Twelve of the large chart's library took a second of a slow computer each; this
 * one draws in about a millisecond. Enlarged, a chart is the library's again.
 */

import { figure } from "../lib/format";
import type { CandleRow } from "../lib/frames";
import { type Axis, priceTicks, timeTicks } from "./axis";
import { clearSmallLook, smallLook } from "./look-small";

const SPACING = 5;
const BODY = 3;
const BOTTOM = 18;
const TAG = 16;
const END = 12;
/** Parts of the height: above the highest price, and below the lowest. */
const [ABOVE, BELOW, VOLUME] = [0.06, 0.2, 0.16];

export class SmallChart {
  readonly #canvas = document.createElement("canvas");
  readonly #watch: ResizeObserver;
  #size = { width: 0, height: 0 };
  #rows: CandleRow[] = [];
  #decimals = 2;
  #pointer: { x: number; y: number } | null = null;

  constructor(element: HTMLElement) {
    element.append(this.#canvas);
    this.#watch = new ResizeObserver(([entry]) => {
      if (entry) this.#resize(entry.contentRect);
    });
    this.#watch.observe(element);
    this.#canvas.addEventListener("pointermove", ({ offsetX: x, offsetY: y }) => {
      this.#pointer = { x, y };
      this.draw();
    });
    this.#canvas.addEventListener("pointerleave", () => {
      this.#pointer = null;
      this.draw();
    });
  }

  /** Show prices with these decimals. */
  setDecimals(decimals: number): void {
    if (!Number.isNaN(decimals)) this.#decimals = decimals;
  }

  /** Show other candles. */
  replace(rows: readonly CandleRow[]): void {
    this.#rows = [...rows];
  }

  /** Take the last candles as they are now. */
  update(rows: readonly CandleRow[]): void {
    for (const row of rows) {
      const last = this.#rows.at(-1);
      if (last && row[0] < last[0]) continue;
      if (last?.[0] === row[0]) this.#rows[this.#rows.length - 1] = row;
      else this.#rows.push(row);
    }
  }

  /** Draw anew in the colours of the present theme. */
  repaint(): void {
    clearSmallLook();
    this.draw();
  }

  remove(): void {
    this.#watch.disconnect();
    this.#canvas.remove();
  }

  /** Draw what is known now. */
  draw(): void {
    const context = this.#canvas.getContext("2d");
    const { width, height } = this.#size;
    if (!context || width < 60 || height < 60) return;
    const look = smallLook();
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = look.font;
    context.textBaseline = "middle";
    const last = this.#rows.at(-1);
    if (!last) return;
    const label = context.measureText(figure("price", last[2], this.#decimals)).width;
    const plot = { width: width - Math.ceil(label) - 14, height: height - BOTTOM };
    const shown = this.#rows.slice(-Math.floor((plot.width - END) / SPACING));
    const axis = axisOf(shown, plot.height);
    this.#drawScale(context, axis, plot, axis.y(last[4]));
    this.#drawTimes(context, shown, plot);
    drawCandles(context, shown, axis, plot);
    this.#drawLast(context, last[4], axis, plot);
    if (this.#pointer) this.#drawPointer(context, this.#pointer, axis, plot);
  }

  #resize({ width, height }: DOMRectReadOnly): void {
    this.#size = { width, height };
    this.#canvas.width = Math.round(width * devicePixelRatio);
    this.#canvas.height = Math.round(height * devicePixelRatio);
    this.#canvas.style.width = `${width}px`;
    this.#canvas.style.height = `${height}px`;
    this.draw();
  }

  // A price that would lie under the tag of the last one is left out.
  #drawScale(context: CanvasRenderingContext2D, axis: Axis, plot: Plot, tag: number): void {
    const look = smallLook();
    context.textAlign = "left";
    for (const price of priceTicks(axis)) {
      const y = Math.round(axis.y(price));
      context.fillStyle = look.line;
      context.fillRect(0, y, plot.width, 1);
      if (Math.abs(y - tag) < TAG) continue;
      context.fillStyle = look.text;
      context.fillText(figure("price", price, this.#decimals), plot.width + 8, y);
    }
  }

  #drawTimes(
    context: CanvasRenderingContext2D,
    shown: readonly CandleRow[],
    plot: Plot,
  ): void {
    context.textAlign = "center";
    context.fillStyle = smallLook().text;
    const times = shown.map(([time]) => time);
    for (const { place, text } of timeTicks(times, SPACING)) {
      const x = xOf(place, shown.length, plot);
      if (x > 24 && x < plot.width - 8) {
        context.fillText(text, x, plot.height + BOTTOM / 2);
      }
    }
  }

  #drawLast(
    context: CanvasRenderingContext2D,
    price: number,
    axis: Axis,
    plot: Plot,
  ): void {
    const look = smallLook();
    const y = Math.round(axis.y(price));
    context.fillStyle = look.faint;
    for (let x = 0; x < plot.width; x += 3) context.fillRect(x, y, 1, 1);
    this.#tag(context, figure("price", price, this.#decimals), y, plot);
  }

  #drawPointer(
    context: CanvasRenderingContext2D,
    { x, y }: { x: number; y: number },
    axis: Axis,
    plot: Plot,
  ): void {
    if (x > plot.width || y > plot.height) return;
    context.fillStyle = smallLook().quiet;
    context.fillRect(0, Math.round(y), plot.width, 1);
    context.fillRect(Math.round(x), 0, 1, plot.height);
    this.#tag(context, figure("price", axis.price(y), this.#decimals), y, plot);
  }

  #tag(context: CanvasRenderingContext2D, text: string, y: number, plot: Plot): void {
    const look = smallLook();
    context.fillStyle = look.tag;
    context.fillRect(plot.width + 2, y - TAG / 2, this.#size.width - plot.width - 2, TAG);
    context.fillStyle = look.tagText;
    context.textAlign = "left";
    context.fillText(text, plot.width + 8, y);
  }
}

interface Plot {
  width: number;
  height: number;
}

function axisOf(shown: readonly CandleRow[], height: number): Axis {
  let [low, high] = [Infinity, -Infinity];
  for (const row of shown) {
    if (row[3] < low) low = row[3];
    if (row[2] > high) high = row[2];
  }
  if (low === high) [low, high] = [low * 0.999, high * 1.001];
  const [top, bottom] = [height * ABOVE, height * (1 - BELOW)];
  const scale = (bottom - top) / (high - low);
  return {
    low: low - (height - bottom) / scale,
    high: high + top / scale,
    height,
    y: (price) => bottom - (price - low) * scale,
    price: (y) => low + (bottom - y) / scale,
  };
}

// The newest stands at the right, some room before the scale.
function xOf(place: number, count: number, plot: Plot): number {
  return plot.width - END - (count - 1 - place) * SPACING;
}

// Rectangles of one colour are filled in one go.
function drawCandles(
  context: CanvasRenderingContext2D,
  shown: readonly CandleRow[],
  axis: Axis,
  plot: Plot,
): void {
  const most = shown.reduce((found, row) => Math.max(found, row[5]), 0) || 1;
  const [bars, bodies] = [
    [new Path2D(), new Path2D()],
    [new Path2D(), new Path2D()],
  ] as const;
  shown.forEach(([, open, high, low, close, volume], place) => {
    const side = close >= open ? 0 : 1;
    const x = Math.round(xOf(place, shown.length, plot));
    const [top, end] = [axis.y(Math.max(open, close)), axis.y(Math.min(open, close))];
    const bar = Math.round((volume / most) * plot.height * VOLUME);
    bars[side].rect(x - 2, plot.height - bar, SPACING - 1, bar);
    bodies[side].rect(x, Math.round(axis.y(high)), 1, axis.y(low) - axis.y(high));
    bodies[side].rect(x - 1, Math.round(top), BODY, Math.max(1, Math.round(end - top)));
  });
  const look = smallLook();
  for (const side of [0, 1] as const) {
    context.fillStyle = look.volume[side];
    context.fill(bars[side]);
    context.fillStyle = look.candle[side];
    context.fill(bodies[side]);
  }
}
