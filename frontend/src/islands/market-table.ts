/** Every pair of the market, ticking: sorted, searched, and one of them chosen. */

import { make, oncePerFrame, part, rememberInAddress, setText } from "../lib/dom";
import { count, type FigureKind } from "../lib/format";
import { THEME_CHANGED, tokenNumber } from "../lib/tokens";
import { TableBody } from "../market/body";
import { choosePair, onPairChosen } from "../market/pairs";
import { marketRows, type Sort } from "../market/rows";

const SORT_EVERY_MS = 1_000;

export function mount(element: HTMLElement, life: AbortSignal): void {
  const rows = marketRows();
  const scroller = part(element, "scroller");
  const table = part(element, "table") as HTMLTableElement;
  const found = part(element, "found");
  const empty = part(element, "empty");
  const waiting = part(element, "waiting");
  const search = document.querySelector<HTMLInputElement>("#pair-search") ?? make("input");
  const heads = [...table.querySelectorAll<HTMLElement>("thead [data-column]")];
  const columns = heads.slice(1).map((head) => ({
    name: head.dataset.column ?? "",
    kind: head.dataset.kind as FigureKind,
    className: head.className,
  }));
  let rowHeight = tokenNumber("row", table);
  const sort: Sort = {
    column: element.dataset.sort ?? "symbol",
    isDescending: element.dataset.descending === "true",
  };
  let chosen = element.dataset.pair ?? "";
  let order: string[] = [];
  let sortedAt = -Infinity;
  let body: TableBody | null = null;

  const draw = oncePerFrame(() => {
    if (rows.size === 0 || life.aborted) return; // the server's rows stay till ours come
    const now = performance.now();
    if (now - sortedAt >= SORT_EVERY_MS) {
      sortedAt = now;
      order = rows.order(sort, search.value);
      table.ariaRowCount = String(order.length + 1);
      setText(found, search.value ? `${count(order.length)} of ${count(rows.size)}` : "");
      empty.hidden = order.length > 0;
      waiting.hidden = true;
    }
    body ??= new TableBody(part(table, "body") as HTMLTableSectionElement, columns);
    body.draw(rows, order, scroller, chosen, rowHeight);
  });
  const sortNow = () => {
    sortedAt = -Infinity;
    draw();
  };
  const sortBy = (column: string) => {
    const isText = column === "symbol";
    sort.isDescending = sort.column === column ? !sort.isDescending : !isText;
    sort.column = column;
    for (const head of heads) {
      const isThis = head.dataset.column === column;
      head.ariaSort = isThis ? (sort.isDescending ? "descending" : "ascending") : null;
    }
    rememberInAddress({ sort: (sort.isDescending ? "-" : "") + column });
    scroller.scrollTop = 0;
    sortNow();
  };
  const step = (by: number) => {
    const place = Math.max(0, Math.min(order.length - 1, order.indexOf(chosen) + by));
    const symbol = order[place];
    if (!symbol) return;
    choosePair(symbol);
    const [top, bottom] = [place * rowHeight, (place + 2) * rowHeight]; // below the head
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (bottom > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = bottom - scroller.clientHeight;
    }
  };

  const listen = { signal: life };
  rows.addEventListener("change", draw, listen);
  scroller.addEventListener("scroll", draw, { ...listen, passive: true });
  const measure = () => {
    rowHeight = tokenNumber("row", table);
    draw();
  };
  document.addEventListener(THEME_CHANGED, measure, listen);
  const resized = new ResizeObserver(measure);
  resized.observe(scroller);
  life.addEventListener("abort", () => {
    resized.disconnect();
  });
  search.addEventListener("input", sortNow, listen);
  table.addEventListener(
    "click",
    (event) => {
      const target = event.target as HTMLElement;
      const column = target.closest<HTMLElement>("thead [data-column]")?.dataset.column;
      const symbol = target.closest<HTMLElement>("[data-symbol]")?.dataset.symbol;
      if (column && target.closest("button")) sortBy(column);
      if (!symbol || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      choosePair(symbol);
    },
    listen,
  );
  scroller.addEventListener(
    "keydown",
    (event) => {
      if (event.target !== scroller) return;
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    },
    listen,
  );
  search.addEventListener(
    "keydown",
    (event) => {
      if (event.defaultPrevented) return; // the list of pages took it
      if (event.key === "Escape") search.value = "";
      else if (event.key === "Enter" && order[0]) choosePair(order[0]);
      else if (event.key === "ArrowDown") scroller.focus();
      else return;
      event.preventDefault();
      sortNow();
    },
    listen,
  );
  onPairChosen((symbol) => {
    chosen = symbol;
    draw();
  }, life);
}
