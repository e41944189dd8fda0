/** The chart's colours and times: the page's tokens, the person's own zone. */

import {
  CrosshairMode,
  LineStyle,
  type DeepPartial,
  type ChartOptions,
  TickMarkType,
  type UTCTimestamp,
} from "lightweight-charts";

import { token } from "../lib/tokens";

const parts: Record<TickMarkType, Intl.DateTimeFormat> = {
  [TickMarkType.Year]: new Intl.DateTimeFormat("en-GB", { year: "numeric" }),
  [TickMarkType.Month]: new Intl.DateTimeFormat("en-GB", { month: "short" }),
  [TickMarkType.DayOfMonth]: new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
  }),
  [TickMarkType.Time]: new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
  }),
  [TickMarkType.TimeWithSeconds]: new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" }),
};
const crosshairTime = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

/** Options of the chart under the present theme. */
export function chartLook(): DeepPartial<ChartOptions> {
  const line = { color: token("quiet"), labelBackgroundColor: token("quiet") };
  return {
    layout: {
      background: { color: "transparent" },
      textColor: token("muted"),
      fontFamily: token("sans"),
      fontSize: 11,
      // Its logo writes a style element, which the page's policy forbids; the
      // footer of every page carries the attribution.
      attributionLogo: false,
      panes: { separatorColor: token("line"), separatorHoverColor: token("accent-bg") },
    },
    grid: {
      vertLines: { color: token("line-soft") },
      horzLines: { color: token("line-soft") },
    },
    crosshair: { mode: CrosshairMode.Normal, vertLine: line, horzLine: line },
    rightPriceScale: { borderVisible: false, scaleMargins: { top: 0.08, bottom: 0.24 } },
    timeScale: {
      borderColor: token("line"),
      timeVisible: true,
      rightOffset: 4,
      tickMarkFormatter: (time: UTCTimestamp, kind: TickMarkType) =>
        parts[kind].format(time * 1000),
    },
    localization: {
      timeFormatter: (time: UTCTimestamp) => crosshairTime.format(time * 1000),
    },
  };
}

/** Colours of the candles. */
export function candleLook() {
  const [up, down] = [token("up"), token("down")];
  return {
    upColor: up,
    downColor: down,
    wickUpColor: up,
    wickDownColor: down,
    borderVisible: false,
    priceLineColor: token("faint"),
    priceLineStyle: LineStyle.Dotted,
  };
}

/** Colour of a volume bar. */
export function volumeColor(isUp: boolean): string {
  return token(isUp ? "up-bg" : "down-bg");
}

/** The line at the high or low of the day. */
export function dayLineLook(side: "high" | "low") {
  return {
    color: token("quiet"),
    lineWidth: 1 as const,
    lineStyle: LineStyle.LargeDashed,
    axisLabelVisible: true,
    axisLabelColor: token("quiet"),
    axisLabelTextColor: token("text"),
    title: side === "high" ? "24h high" : "24h low",
  };
}
