/** The heatmap's pixels: one a column and bucket, in a ring that never moves. */

import type { HeatColors } from "./colors";
import type { BookHistory } from "./history";
import type { SizeScale } from "./scale";

/** Which buckets are seen: row 0 is the bucket `top`, of `size` ticks. */
export interface View {
  top: number;
  size: number;
}

/** Every so many columns are ranked when the picture is made anew. */
const SAMPLED = 8;

export class HeatPicture {
  readonly canvas = document.createElement("canvas");
  readonly #context = this.canvas.getContext("2d", { alpha: false });
  #bids = new Float32Array(0);
  #asks = new Float32Array(0);

  /** Columns and buckets that have room. */
  resize(columns: number, rows: number): void {
    this.canvas.width = columns;
    this.canvas.height = rows;
    this.#bids = new Float32Array(rows);
    this.#asks = new Float32Array(rows);
  }

  /** The sums of a column by row, as they were last read; valid until the next. */
  sums(history: BookHistory, view: View, column: number) {
    history.sum(column, view, this.#bids, this.#asks);
    return { bids: this.#bids, asks: this.#asks };
  }

  /** Paint one column over the oldest. */
  paint(
    history: BookHistory,
    view: View,
    scale: SizeScale,
    colors: HeatColors,
    column: number,
  ): void {
    const image = new ImageData(1, this.canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    this.#fill(pixels, 0, 1, { history, view, scale, colors, column });
    scale.note(this.#bids);
    scale.note(this.#asks);
    this.#context?.putImageData(image, column % this.canvas.width, 0);
  }

  /** Paint every column anew; `isOtherSize`: other buckets, whose sizes rank anew. */
  repaint(
    history: BookHistory,
    view: View,
    scale: SizeScale,
    colors: HeatColors,
    isOtherSize: boolean,
  ): void {
    const { width, height } = this.canvas;
    const first = Math.max(history.first, history.length - width);
    if (isOtherSize) this.#rank(history, view, scale, first);
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer).fill(colors.empty);
    for (let column = first; column < history.length; column += 1) {
      const x = column % width;
      this.#fill(pixels, x, width, { history, view, scale, colors, column });
    }
    this.#context?.putImageData(image, 0, 0);
  }

  #rank(history: BookHistory, view: View, scale: SizeScale, first: number): void {
    scale.reset();
    for (let column = history.length - 1; column >= first; column -= SAMPLED) {
      const { bids, asks } = this.sums(history, view, column);
      scale.note(bids);
      scale.note(asks);
    }
    scale.settle();
  }

  #fill(
    pixels: Uint32Array,
    x: number,
    width: number,
    from: {
      history: BookHistory;
      view: View;
      scale: SizeScale;
      colors: HeatColors;
      column: number;
    },
  ): void {
    const { scale, colors } = from;
    const { bids, asks } = this.sums(from.history, from.view, from.column);
    const isKnown = from.history.isKnown(from.column);
    for (let row = 0; row < bids.length; row += 1) {
      const [bid, ask] = [bids[row] ?? 0, asks[row] ?? 0];
      const isBid = bid >= ask;
      const shade = scale.shade(isBid ? bid : ask);
      const color = shade < 0 ? undefined : (isBid ? colors.bids : colors.asks)[shade];
      pixels[row * width + x] = color ?? (isKnown ? colors.empty : colors.unknown);
    }
  }
}
