/** Live candles of the chosen pair in the chosen timeframe, back to its listing. */

import { CandleCanvas } from "../chart/canvas";
import { chartIndicators } from "../chart/indicators";
import { chartKeys } from "../chart/keys";
import { showLegend } from "../chart/legend";
import { edgeWords, OlderCandles } from "../chart/older";
import { timeframeButtons } from "../chart/timeframes";
import { part, rememberInAddress, setText } from "../lib/dom";
import type { CandleRow, CandlesData } from "../lib/frames";
import { liveSocket } from "../lib/socket";
import { THEME_CHANGED } from "../lib/tokens";
import { pairMetrics } from "../market/metrics";
import { onPairChosen, PAIR_LEARNT, pairOf } from "../market/pairs";

/** With so few candles left of the view, older ones are wanted. */
const NEAR_START = 40;

export function mount(element: HTMLElement, life: AbortSignal): void {
  const surface = part(element, "canvas");
  const canvas = new CandleCanvas(surface);
  const indicators = chartIndicators(element, canvas, life);
  const quit = { signal: life };
  const legend = part(element, "legend");
  const state = part(element, "state");
  const edge = part(element, "edge");
  const isInAddress = "inAddress" in element.dataset;
  let symbol = element.dataset.pair ?? "";
  let timeframe = element.dataset.timeframe ?? "15m";
  let listening = new AbortController();
  let older = new OlderCandles(symbol, timeframe, listening.signal);
  let past: CandleRow[] = [];
  let pointed: CandleRow | null = null;
  let isShown = false;
  let isAtStart = false;

  const say = (text: string) => {
    state.hidden = text === "";
    setText(state, text);
  };
  const drawLegend = () => {
    const row = pointed ?? canvas.last;
    showLegend(legend, row, pairOf(symbol).decimals);
    indicators?.point(row);
  };
  const sayEdge = () => {
    setText(edge, edgeWords(older.state, isAtStart));
  };
  const loadOlder = async () => {
    const [first, asked] = [canvas.first, older];
    if (!first || !isShown) return;
    const coming = asked.before(first[0]);
    sayEdge();
    const rows = await coming;
    if (asked !== older || life.aborted) return;
    past = [...rows, ...past];
    if (rows.length > 0) {
      canvas.prepend(rows);
      indicators?.follow(true);
    }
    sayEdge();
  };
  const show = (candles: CandleRow[]) => {
    canvas.setDecimals(pairOf(symbol).decimals);
    // After a reconnection the past that was read stays, where nothing lacks between.
    const first = candles[0]?.[0] ?? 0;
    past = past.filter(([time]) => time < first);
    canvas.replace([...past, ...candles], isShown);
    indicators?.follow(true);
    isShown = true;
    say(candles.length ? "" : `No candles of ${symbol} yet.`);
  };
  const listen = () => {
    listening.abort();
    listening = new AbortController();
    indicators?.begin(symbol, timeframe, listening.signal);
    older = new OlderCandles(symbol, timeframe, listening.signal, indicators);
    [past, isShown, pointed] = [[], false, null];
    sayEdge();
    if (!symbol) return;
    say(`Loading ${timeframe} candles of ${symbol}…`);
    liveSocket().subscribe(
      `candles.${symbol}.${timeframe}`,
      (data, frame) => {
        const { candles } = data as CandlesData;
        if (frame.type === "snapshot") show(candles);
        else {
          canvas.update(candles);
          indicators?.follow();
        }
        drawLegend();
      },
      listening.signal,
    );
  };
  const drawDay = () => {
    const metrics = pairMetrics(symbol);
    canvas.setDay({ high: metrics.get("high_1d"), low: metrics.get("low_1d") });
  };
  canvas.onPointed((row) => {
    pointed = row;
    drawLegend();
  });
  canvas.onMoved((before) => {
    isAtStart = before <= 0;
    if (before < NEAR_START) void loadOlder();
    else sayEdge();
  });
  chartKeys(surface, canvas, life);
  timeframeButtons(
    element,
    (chosen) => {
      timeframe = chosen;
      if (isInAddress) rememberInAddress({ timeframe });
      listen();
    },
    life,
  );
  onPairChosen((chosen) => {
    if (chosen === symbol) return;
    symbol = chosen;
    if (isInAddress) rememberInAddress({ pair: symbol });
    listen();
  }, life);
  const repaint = () => {
    canvas.repaint();
    indicators?.lay();
  };
  const relearn = () => {
    canvas.setDecimals(pairOf(symbol).decimals);
    indicators?.lay();
  };
  document.addEventListener(THEME_CHANGED, repaint, quit);
  document.addEventListener(PAIR_LEARNT, relearn, quit);
  if ("dayLines" in element.dataset) {
    pairMetrics(symbol).addEventListener("change", drawDay, quit);
  }
  liveSocket().addEventListener(
    "refused",
    (event) => {
      if (!isShown) say((event as CustomEvent<{ message: string }>).detail.message);
    },
    quit,
  );
  life.addEventListener("abort", () => {
    listening.abort();
    canvas.remove();
  });
  listen();
}
