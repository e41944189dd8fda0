/** The best levels of both sides, and how they weigh against each other. */

import { type OrderBook, pressure } from "../book/book";
import { type Bucket, sumBuckets } from "../book/buckets";
import { LadderSide } from "../book/ladder";
import { watchBook } from "../book/watch";
import { bookWords } from "../book/words";
import { part, setText } from "../lib/dom";
import { compact, figure } from "../lib/format";
import { liveSocket } from "../lib/socket";
import { pairOf } from "../market/pairs";

const LEVELS = 100;
/** Figures that change more often cannot be read. */
const DRAW_EVERY_MS = 250;

function showPressure(element: HTMLElement, book: OrderBook, quote: string): void {
  const { buy, sell, share, reachPct } = pressure(book);
  if (Number.isNaN(share)) return;
  const percent = Math.round(100 * share);
  part(element, "buy-bar").style.width = `${percent}%`;
  setText(part(element, "buy"), `Buy ${compact(buy)} · ${percent} %`);
  setText(part(element, "sell"), `${100 - percent} % · ${compact(sell)} Sell`);
  const near = reachPct < 0.1 ? reachPct.toFixed(3) : reachPct.toFixed(2);
  setText(part(element, "reach"), `${quote} in the book within ${near} % of the price`);
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const symbol = element.dataset.pair ?? "";
  const tick = Number(element.dataset.tick);
  const scroller = part(element, "scroller");
  const spread = part(element, "spread");
  const state = part(element, "state");
  const bucket = part(element, "bucket") as HTMLSelectElement;
  const body = (name: string) => part(element, name) as HTMLTableSectionElement;
  const asks = new LadderSide(body("asks"), true);
  const bids = new LadderSide(body("bids"), false);
  let isCentred = false;

  const centre = () => {
    const row = spread.getBoundingClientRect();
    const frame = scroller.getBoundingClientRect();
    const middle = frame.top + (frame.height - row.height) / 2;
    scroller.scrollTop += row.top - middle;
  };
  const draw = () => {
    const pair = pairOf(symbol);
    const words = bookWords(book, liveSocket().report().connection);
    setText(state, words);
    state.hidden = words === "";
    if (book.state === "waiting" || Number.isNaN(book.mid)) return;
    const grid = { tick, bucket: Number(bucket.value) };
    const sides: [Bucket[], Bucket[]] = [
      sumBuckets(book.asks, false, grid, LEVELS),
      sumBuckets(book.bids, true, grid, LEVELS),
    ];
    const most = Math.max(...sides.map((side) => side.at(-1)?.total ?? 0));
    const decimals = { price: pair.decimals, quantity: book.quantityDecimals };
    asks.draw(sides[0], most, decimals);
    bids.draw(sides[1], most, decimals);
    const gap = (book.asks.prices[0] ?? NaN) - (book.bids.prices[0] ?? NaN);
    const share = ((100 * gap) / book.mid).toFixed(3);
    setText(
      part(element, "mid"),
      `Spread ${figure("price", gap, pair.decimals)} · ${share} %`,
    );
    showPressure(element, book, pair.quote);
    if (!isCentred) centre();
    isCentred = true;
  };

  let isChanged = true;
  const book = watchBook(
    symbol,
    () => {
      isChanged = true;
    },
    life,
  );
  const timer = setInterval(() => {
    if (isChanged || book.state !== "live") draw();
    isChanged = false;
  }, DRAW_EVERY_MS);
  bucket.addEventListener(
    "change",
    () => {
      isCentred = false;
      draw();
    },
    { signal: life },
  );
  life.addEventListener("abort", () => {
    clearInterval(timer);
  });
  draw();
}
