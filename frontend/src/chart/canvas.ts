/** A candle chart with volume, drawn by lightweight-charts. */

import {
  CandlestickSeries,
  type CandlestickData,
  createChart,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type UTCTimestamp,
} from "lightweight-charts";

import { figure } from "../lib/format";
import type { CandleRow } from "../lib/frames";
import { candleLook, chartLook, dayLineLook, volumeColor } from "./look";

const SHOWN_AT_FIRST = 120;
const ROOM_AT_THE_END = 4;

export class CandleCanvas {
  /** What indicators are drawn on. */
  readonly chart: IChartApi;
  readonly #candles: ISeriesApi<"Candlestick">;
  readonly #volume: ISeriesApi<"Histogram">;
  readonly #dayLines = new Map<"high" | "low", IPriceLine>();
  #rows: CandleRow[] = [];
  #colors = { up: "", down: "" };

  constructor(element: HTMLElement) {
    this.chart = createChart(element, { ...chartLook(), autoSize: true });
    this.#candles = this.chart.addSeries(CandlestickSeries, candleLook());
    this.#volume = this.chart.addSeries(HistogramSeries, {
      priceScaleId: "",
      priceFormat: { type: "volume" },
      lastValueVisible: false,
      priceLineVisible: false,
    });
    this.#volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
    this.#readColors();
  }

  /** All candles, oldest first. */
  get rows(): readonly CandleRow[] {
    return this.#rows;
  }

  /** The oldest candle. */
  get first(): CandleRow | null {
    return this.#rows[0] ?? null;
  }

  /** The newest candle. */
  get last(): CandleRow | null {
    return this.#rows.at(-1) ?? null;
  }

  /** Show prices with these decimals. */
  setDecimals(decimals: number): void {
    if (Number.isNaN(decimals)) return;
    this.#candles.applyOptions({
      priceFormat: {
        type: "custom",
        formatter: (price: number) => figure("price", price, decimals),
        minMove: 10 ** -decimals,
      },
    });
  }

  /** Show other candles; the view stays where it is the same place. */
  replace(rows: CandleRow[], isSamePlace: boolean): void {
    this.#rows = rows;
    this.#setAll();
    if (!isSamePlace) this.showNewest();
  }

  /** Add candles before those that are shown; the view stays where it is. */
  prepend(older: readonly CandleRow[]): void {
    const first = this.first?.[0] ?? Infinity;
    this.#rows = [...older.filter(([time]) => time < first), ...this.#rows];
    this.#setAll();
  }

  /** Take the last candles as they are now. */
  update(rows: readonly CandleRow[]): void {
    for (const row of rows) {
      const last = this.last;
      if (last && row[0] < last[0]) continue;
      if (last?.[0] === row[0]) this.#rows[this.#rows.length - 1] = row;
      else this.#rows.push(row);
      this.#candles.update(this.#candle(row));
      this.#volume.update(this.#bar(row));
    }
  }

  /** Draw the high and the low of the day as lines; null takes a line away. */
  setDay(day: { high: number | null; low: number | null }): void {
    for (const side of ["high", "low"] as const) {
      const [price, line] = [day[side], this.#dayLines.get(side)];
      if (price === null) {
        if (line) this.#candles.removePriceLine(line);
        this.#dayLines.delete(side);
      } else if (line) line.applyOptions({ price });
      else {
        const options = { ...dayLineLook(side), price };
        this.#dayLines.set(side, this.#candles.createPriceLine(options));
      }
    }
  }

  /** Go to the newest candles. */
  showNewest(): void {
    this.chart.priceScale("right").setAutoScale(true);
    this.chart.timeScale().setVisibleLogicalRange({
      from: this.#rows.length - SHOWN_AT_FIRST,
      to: this.#rows.length + ROOM_AT_THE_END,
    });
  }

  /** Move by so many candles, to the right where positive. */
  scrollBy(candles: number): void {
    const scale = this.chart.timeScale();
    scale.scrollToPosition(scale.scrollPosition() + candles, false);
  }

  /** Show `factor` times as many candles, the newest shown one staying in place. */
  zoom(factor: number): void {
    const range = this.chart.timeScale().getVisibleLogicalRange();
    if (!range) return;
    const length = Math.max(10, (range.to - range.from) * factor);
    this.chart
      .timeScale()
      .setVisibleLogicalRange({ from: range.to - length, to: range.to });
  }

  /** Hear the candle under the pointer or the finger, null where there is none. */
  onPointed(hear: (row: CandleRow | null) => void): void {
    const rowAt = (logical: number | undefined) =>
      logical === undefined ? null : (this.#rows[logical] ?? null);
    this.chart.subscribeCrosshairMove(({ logical }) => {
      hear(rowAt(logical));
    });
    // A tap points as well: a finger has no hover.
    this.chart.subscribeClick(({ logical }) => {
      const row = rowAt(logical);
      if (!row) return;
      const time = (row[0] / 1000) as UTCTimestamp;
      this.chart.setCrosshairPosition(row[4], time, this.#candles);
      hear(row);
    });
  }

  /** Hear how many candles lie before the view, fewer than none beyond the oldest. */
  onMoved(hear: (before: number) => void): void {
    this.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range) hear(range.from);
    });
  }

  /** Draw anew in the colours of the present theme. */
  repaint(): void {
    this.chart.applyOptions(chartLook());
    this.#candles.applyOptions(candleLook());
    for (const [side, line] of this.#dayLines) line.applyOptions(dayLineLook(side));
    this.#readColors();
    this.#setAll();
  }

  remove(): void {
    this.chart.remove();
  }

  #readColors(): void {
    this.#colors = { up: volumeColor(true), down: volumeColor(false) };
  }

  #setAll(): void {
    this.#candles.setData(this.#rows.map((row) => this.#candle(row)));
    this.#volume.setData(this.#rows.map((row) => this.#bar(row)));
  }

  #candle([time, open, high, low, close]: CandleRow): CandlestickData<UTCTimestamp> {
    return { time: (time / 1000) as UTCTimestamp, open, high, low, close };
  }

  #bar([time, open, , , close, volume]: CandleRow) {
    const color = close >= open ? this.#colors.up : this.#colors.down;
    return { time: (time / 1000) as UTCTimestamp, value: volume, color };
  }
}
