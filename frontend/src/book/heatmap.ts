/** The heatmap on its canvas: picture, mid-price line, walls, axes and cursor. */

import { token } from "../lib/tokens";
import { fittingBucket, zoomed } from "./buckets";
import { heatColors } from "./colors";
import { BookHistory, COLUMNS } from "./history";
import { type Frame, drawMarks } from "./marks";
import { HeatPicture } from "./picture";
import { SizeScale } from "./scale";

const ROW_PX = 5;
const GUTTER_PX = 74;
const FOOT_PX = 18;
/** The view follows when the price leaves this middle part of it. */
const CALM = 0.5;
const SETTLE_EVERY = 20;

export interface Cursor {
  column: number;
  row: number;
}

/** What lies under the cursor; quantities in the base asset. */
export interface Spot {
  time: number;
  low: number;
  high: number;
  bid: number;
  ask: number;
}

export class Heatmap {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D | null;
  readonly #picture = new HeatPicture();
  readonly #scale = new SizeScale();
  readonly #decimals: number;
  #colors = heatColors();
  #view = { top: 0, size: 1 };
  #isPlaced = false;
  #dpr = 1;
  cursor: Cursor | null = null;

  constructor(
    canvas: HTMLCanvasElement,
    readonly history: BookHistory,
    decimals: number,
  ) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    this.#decimals = decimals;
  }

  /** Ticks of one bucket. */
  get bucket(): number {
    return this.#view.size;
  }

  get rows(): number {
    return this.#picture.canvas.height;
  }

  get columns(): number {
    return this.#picture.canvas.width;
  }

  /** Fit the canvas to its place on the page. */
  resize(): void {
    const { clientWidth, clientHeight } = this.#canvas;
    if (clientWidth <= GUTTER_PX || clientHeight <= FOOT_PX) return;
    this.#dpr = devicePixelRatio;
    this.#canvas.width = Math.round(clientWidth * this.#dpr);
    this.#canvas.height = Math.round(clientHeight * this.#dpr);
    const columns = Math.floor((clientWidth - GUTTER_PX) * this.#dpr);
    const rows = Math.floor((clientHeight - FOOT_PX) / ROW_PX);
    this.#picture.resize(Math.min(COLUMNS, columns), rows);
    this.#repaint(true);
  }

  /** Show the columns that were pushed since `from`. */
  advance(from: number, spanTicks: number): void {
    const mid = this.history.mid(this.history.length - 1);
    if (!this.#isPlaced && !Number.isNaN(mid)) {
      this.#isPlaced = true;
      this.#view.size = fittingBucket(spanTicks, this.rows);
      this.#centre(mid);
      this.#repaint(true);
      return;
    }
    for (let column = from; column < this.history.length; column += 1) {
      this.#picture.paint(this.history, this.#view, this.#scale, this.#colors, column);
    }
    const isDue = this.history.length % SETTLE_EVERY === 0;
    if (this.#followMid(mid) || (isDue && this.#scale.settle())) this.#repaint(false);
  }

  /** Show larger (1) or smaller (-1) buckets; tells whether there are any. */
  zoom(by: 1 | -1): boolean {
    const size = zoomed(this.#view.size, by);
    if (size === this.#view.size) return false;
    this.#view.size = size;
    this.#centre(this.#lastMid());
    this.#repaint(true);
    return true;
  }

  /** Take the colours of the present theme. */
  recolor(): void {
    this.#colors = heatColors();
    this.#repaint(false);
  }

  /** Where a point of the canvas lies, null beside the picture. */
  at(x: number, y: number): Cursor | null {
    const { plotWidth, rowHeight } = this.#frame();
    const fromRight = Math.floor(((plotWidth - x * this.#dpr) / plotWidth) * this.columns);
    const row = Math.floor((y * this.#dpr) / rowHeight);
    const column = this.history.length - 1 - fromRight;
    if (fromRight < 0 || row < 0 || row >= this.rows) return null;
    return this.history.isKnown(column) ? { column, row } : null;
  }

  /** Where a cursor is drawn, CSS pixels from the canvas' corner. */
  placeOf({ column, row }: Cursor): { x: number; y: number } {
    const { plotWidth, rowHeight } = this.#frame();
    const fromRight = this.history.length - column;
    const x = plotWidth * (1 - fromRight / this.columns);
    return { x: x / this.#dpr, y: ((row + 0.5) * rowHeight) / this.#dpr };
  }

  /** What lies at a cursor, null where it has gone out of sight. */
  spot({ column, row }: Cursor): Spot | null {
    if (!this.history.isKnown(column)) return null;
    const { bids, asks } = this.#picture.sums(this.history, this.#view, column);
    const low = (this.#view.top - row) * this.#view.size;
    const high = low + this.#view.size - 1;
    const { tick } = this.history;
    return {
      time: this.history.time(column),
      low: low * tick,
      high: high * tick,
      bid: bids[row] ?? 0,
      ask: asks[row] ?? 0,
    };
  }

  draw(): void {
    const context = this.#context;
    if (!context || this.rows === 0) return;
    const frame = this.#frame();
    const { width, height } = this.#picture.canvas;
    const { plotWidth, plotHeight } = frame;
    context.fillStyle = token("surface");
    context.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    context.imageSmoothingEnabled = false;
    // The ring's oldest column stands where the next one will be painted.
    const split = this.history.length % width;
    const unit = plotWidth / width;
    const older = (width - split) * unit;
    const picture = this.#picture.canvas;
    context.drawImage(picture, split, 0, width - split, height, 0, 0, older, plotHeight);
    if (split > 0) {
      context.drawImage(
        picture, 0, 0, split, height, older, 0, split * unit, plotHeight,
      ); // prettier-ignore
    }
    drawMarks(context, frame, this.cursor);
  }

  #frame(): Frame {
    const { width, height } = this.#canvas;
    const plotWidth = Math.max(1, width - Math.round(GUTTER_PX * this.#dpr));
    const plotHeight = Math.max(1, height - Math.round(FOOT_PX * this.#dpr));
    return {
      dpr: this.#dpr,
      plotWidth,
      plotHeight,
      rowHeight: plotHeight / Math.max(1, this.rows),
      columns: this.columns,
      rows: this.rows,
      view: this.#view,
      history: this.history,
      picture: this.#picture,
      wall: this.#scale.wall,
      decimals: this.#decimals,
    };
  }

  #lastMid(): number {
    for (let column = this.history.length - 1; column >= this.history.first; column -= 1) {
      const mid = this.history.mid(column);
      if (!Number.isNaN(mid)) return mid;
    }
    return NaN;
  }

  #centre(mid: number): void {
    if (Number.isNaN(mid)) return;
    this.#view.top = Math.floor(mid / this.#view.size) + (this.rows >> 1);
  }

  // Tells whether the view had to follow the price.
  #followMid(mid: number): boolean {
    if (Number.isNaN(mid)) return false;
    const row = this.#view.top - mid / this.#view.size;
    const margin = (this.rows * (1 - CALM)) / 2;
    if (row > margin && row < this.rows - margin) return false;
    this.#centre(mid);
    return true;
  }

  #repaint(isOtherSize: boolean): void {
    if (this.rows === 0 || !this.#isPlaced) return;
    this.#picture.repaint(this.history, this.#view, this.#scale, this.#colors, isOtherSize);
  }
}
