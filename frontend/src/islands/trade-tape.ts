/** Trades as they happen, newest on top; it holds still while one reads it. */

import type { Trade } from "../book/tape";
import { watchTape } from "../book/watch";
import { make, oncePerFrame, part, setText } from "../lib/dom";
import { clock, compact, figure, quantity, utc } from "../lib/format";
import { pairMetrics } from "../market/metrics";
import { pairOf } from "../market/pairs";

const SHOWN = 100;
const SUM_EVERY_MS = 500;

export function mount(element: HTMLElement, life: AbortSignal): void {
  const symbol = element.dataset.pair ?? "";
  const body = part(element, "body") as HTMLTableSectionElement;
  const scroller = part(element, "scroller");
  const onlyLarge = part(element, "large-only") as HTMLInputElement;
  const held = part(element, "held");
  const state = part(element, "state");
  const listen = { signal: life };
  const metrics = pairMetrics(symbol);
  let isHeld = false;
  let waiting: Trade[] = [];
  let isWhole = true;

  const row = (trade: Trade): HTMLTableRowElement => {
    const { decimals } = pairOf(symbol);
    const line = make("tr", trade.isLarge ? "is-large" : "");
    const [sign, tone] = trade.side === "buy" ? ["▲", "up"] : ["▼", "down"];
    const price = make("td", tone, `${sign} ${figure("price", trade.price, decimals)}`);
    price.append(make("span", "visually-hidden", ` ${trade.side}`));
    const time = make("td", "", clock(trade.time));
    time.title = utc(trade.time);
    const value = make("td", "", compact(trade.value));
    if (trade.isLarge) value.append(make("span", "visually-hidden", " large"));
    line.append(
      time,
      price,
      make("td", "", quantity(trade.quantity, tape.quantityDecimals)),
      value,
    );
    return line;
  };
  const draw = oncePerFrame(() => {
    if (isHeld || life.aborted) return;
    const chosen = (trade: Trade) => trade.isLarge || !onlyLarge.checked;
    const news = (isWhole ? tape.trades : waiting).filter(chosen).slice(0, SHOWN);
    [waiting, isWhole] = [[], false];
    body.prepend(...news.map(row));
    while (body.rows.length > SHOWN) body.lastElementChild?.remove();
    state.hidden = body.rows.length > 0;
    const none = onlyLarge.checked ? "No large trade yet." : "No trade yet.";
    setText(state, tape.isKnown ? none : "Waiting for trades…");
  });
  const drawAll = () => {
    body.replaceChildren();
    isWhole = true;
    draw();
  };
  const hold = () => {
    const next = scroller.matches(":hover, :focus-within") || scroller.scrollTop > 4;
    if (next === isHeld) return;
    isHeld = next;
    held.hidden = !isHeld;
    if (!isHeld) draw();
  };
  const showSums = () => {
    const { buy, sell } = tape.lastMinute(metrics.now());
    const share = buy + sell > 0 ? Math.round((100 * buy) / (buy + sell)) : 50;
    part(element, "buy-bar").style.width = `${share}%`;
    setText(part(element, "buy"), `Bought ${compact(buy)}`);
    setText(part(element, "sell"), `${compact(sell)} sold`);
  };

  const tape = watchTape(
    symbol,
    ({ trades, isSnapshot }) => {
      if (isSnapshot) {
        drawAll();
        return;
      }
      waiting = [...trades, ...waiting].slice(0, SHOWN);
      draw();
    },
    life,
  );
  for (const name of ["pointerenter", "pointerleave", "focusin", "focusout", "scroll"]) {
    scroller.addEventListener(name, hold, listen);
  }
  onlyLarge.addEventListener("change", drawAll, listen);
  const timer = setInterval(showSums, SUM_EVERY_MS);
  life.addEventListener("abort", () => {
    clearInterval(timer);
  });
  drawAll();
}
