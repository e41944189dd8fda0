/** Indicators drawn on a chart: lines on the price, and panes below it. */

import {
  HistogramSeries,
  type IChartApi,
  type ISeriesApi,
  LineSeries,
  LineStyle,
  type LineWidth,
  type SeriesPartialOptionsMap,
  type UTCTimestamp,
} from "lightweight-charts";

import { figure } from "../lib/format";
import { token } from "../lib/tokens";
import type { Indicator, IndicatorLine } from "./choice";
import type { IndicatorValues } from "./values";

const N_COLORS = 6;
/** Heights of the price and of a pane below it, in proportion. */
const [PRICE_SHARE, PANE_SHARE] = [3, 1];
/** A price needs room for its volume; a pane of lines does not. */
const PANE_SCALE = { scaleMargins: { top: 0.12, bottom: 0.08 }, entireTextOnly: true };

interface Layer {
  line: IndicatorLine;
  series: ISeriesApi<"Line"> | ISeriesApi<"Histogram">;
}

export class IndicatorLayers {
  readonly #chart: IChartApi;
  #layers: Layer[] = [];
  #newest = -Infinity;
  #direction = { up: "", down: "" };

  constructor(chart: IChartApi) {
    this.#chart = chart;
  }

  /** Lay out series and panes anew, for another choice or other colours. */
  lay(chosen: readonly Indicator[], decimals: number): void {
    for (const { series } of this.#layers) this.#chart.removeSeries(series);
    this.#direction = { up: token("up-bg"), down: token("down-bg") };
    const colors = lineColors(chosen);
    let pane = 0;
    this.#layers = chosen.flatMap((one) => {
      const place = one.has_pane ? (pane += 1) : 0;
      return this.#laid(one, place, colors, decimals);
    });
    this.#chart.panes().forEach((some, place) => {
      some.setStretchFactor(place === 0 ? PRICE_SHARE : PANE_SHARE);
    });
    this.#newest = -Infinity;
  }

  /** Draw the values of these candles, and no others. */
  draw(times: readonly number[], values: IndicatorValues): void {
    for (const { line, series } of this.#layers) {
      series.setData(times.map((time) => this.#point(line, time, values)));
    }
    this.#newest = times.at(-1) ?? -Infinity;
  }

  /** Draw the values of the newest candles as they are now. */
  drawNewest(times: readonly number[], values: IndicatorValues): void {
    for (const time of times) {
      for (const { line, series } of this.#layers) {
        series.update(this.#point(line, time, values), time < this.#newest);
      }
      this.#newest = Math.max(this.#newest, time);
    }
  }

  #laid(
    one: Indicator,
    pane: number,
    colors: ReadonlyMap<string, string>,
    decimals: number,
  ): Layer[] {
    const priceFormat = formatOf(one, decimals);
    const layers = one.lines.map((line) => {
      const color = colors.get(line.name) ?? "";
      const options = { ...SHARED, priceFormat, color, ...styleOf(line) };
      const series =
        line.style === "histogram"
          ? this.#chart.addSeries(HistogramSeries, options, pane)
          : this.#chart.addSeries(LineSeries, options, pane);
      return { line, series };
    });
    const first = layers[0]?.series;
    if (pane > 0) first?.priceScale().applyOptions(PANE_SCALE);
    for (const price of one.levels) {
      first?.createPriceLine({
        price,
        color: token("quiet"),
        lineWidth: 1,
        lineStyle: LineStyle.Dashed,
        axisLabelVisible: false,
      });
    }
    return layers;
  }

  #point({ name, style }: IndicatorLine, timeMs: number, values: IndicatorValues) {
    const time = (timeMs / 1000) as UTCTimestamp;
    const value = values.at(name, timeMs);
    if (value === null || value === undefined) return { time };
    if (style !== "histogram") return { time, value };
    const color = value >= 0 ? this.#direction.up : this.#direction.down;
    return { time, value, color };
  }
}

const SHARED = {
  priceLineVisible: false,
  lastValueVisible: false,
  crosshairMarkerVisible: false,
} satisfies SeriesPartialOptionsMap["Line"];

/** The colour of each line: overlays share one row of colours, a pane has its own. */
export function lineColors(chosen: readonly Indicator[]): Map<string, string> {
  const colors = new Map<string, string>();
  let overlay = 0;
  const color = (place: number) => token(`series-${(place % N_COLORS) + 1}`);
  for (const one of chosen) {
    for (const [place, line] of one.lines.entries()) {
      colors.set(line.name, color(one.has_pane ? place : overlay));
    }
    if (!one.has_pane) overlay += 1;
  }
  return colors;
}

function styleOf(line: IndicatorLine) {
  const lineStyle = line.style === "dashed" ? LineStyle.Dashed : LineStyle.Solid;
  return { lineStyle, lineWidth: 1 as LineWidth };
}

function formatOf(one: Indicator, decimals: number) {
  const places = one.kind === "price" ? (Number.isNaN(decimals) ? 2 : decimals) : 2;
  return {
    type: "custom" as const,
    formatter: (value: number) => figure(one.kind, value, places),
    minMove: 10 ** -places,
  };
}
