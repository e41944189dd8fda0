/** The rows of the table that are in sight, drawn again and again into the same elements. */

import { make } from "../lib/dom";
import { flash } from "../lib/flash";
import { direction, figure, type FigureKind } from "../lib/format";
import { pairOf } from "./pairs";
import type { MarketRows, Row } from "./rows";

const OVERSCAN = 4;

export interface Column {
  name: string;
  kind: FigureKind;
  className: string;
}

interface Line {
  element: HTMLTableRowElement;
  link: HTMLAnchorElement;
  base: HTMLElement;
  quote: HTMLElement;
  cells: { element: HTMLTableCellElement; text: Text }[];
  symbol: string;
  price: number | null;
}

export class TableBody {
  readonly #body: HTMLTableSectionElement;
  readonly #columns: readonly Column[];
  readonly #above: HTMLTableCellElement;
  readonly #below: HTMLTableCellElement;
  readonly #lines: Line[] = [];

  constructor(body: HTMLTableSectionElement, columns: readonly Column[]) {
    this.#body = body;
    this.#columns = columns;
    this.#above = make("td");
    this.#below = make("td");
    body.replaceChildren(this.#spacerRow(this.#above), this.#spacerRow(this.#below));
  }

  /** Draw the part of `order` that can be seen in the scroller. */
  draw(
    rows: MarketRows,
    order: readonly string[],
    scroller: HTMLElement,
    chosen: string,
    rowHeight: number,
  ): void {
    const inSight = Math.ceil(scroller.clientHeight / rowHeight) + 2 * OVERSCAN;
    const lines = Math.min(order.length, inSight);
    const first = Math.max(
      0,
      Math.min(order.length - lines, Math.floor(scroller.scrollTop / rowHeight) - OVERSCAN),
    );
    this.#fit(lines);
    this.#above.style.height = `${first * rowHeight}px`;
    this.#below.style.height = `${(order.length - first - lines) * rowHeight}px`;
    this.#lines.forEach((line, place) => {
      const symbol = order[first + place] ?? "";
      const row = rows.row(symbol);
      if (row) this.#fill(line, symbol, row, first + place, symbol === chosen);
    });
  }

  #fit(wanted: number): void {
    while (this.#lines.length > wanted) this.#lines.pop()?.element.remove();
    while (this.#lines.length < wanted) {
      const line = this.#line();
      this.#lines.push(line);
      this.#body.insertBefore(line.element, this.#body.lastElementChild);
    }
  }

  #fill(line: Line, symbol: string, row: Row, place: number, isChosen: boolean): void {
    const pair = pairOf(symbol);
    const isSame = line.symbol === symbol;
    if (!isSame) {
      line.symbol = line.element.dataset.symbol = symbol;
      line.base.textContent = pair.base;
      line.quote.textContent = pair.quote;
      line.link.href = `?pair=${symbol}`;
    }
    line.element.setAttribute("aria-rowindex", String(place + 2));
    line.element.classList.toggle("is-chosen", isChosen);
    this.#columns.forEach(({ name, kind, className }, number) => {
      const cell = line.cells[number];
      if (!cell) return;
      const value = row.get(name) ?? null;
      const text = figure(kind, value, pair.decimals);
      if (cell.text.data !== text) cell.text.data = text;
      if (kind === "change") {
        const name = `${className} ${direction(value)}`;
        if (cell.element.className !== name) cell.element.className = name;
      }
    });
    const price = row.get("price") ?? null;
    if (isSame && line.price !== null && price !== null && price !== line.price) {
      const at = this.#columns.findIndex(({ name }) => name === "price");
      const cell = line.cells[at]?.element;
      if (cell) flash(cell, price > line.price ? "up" : "down");
    }
    line.price = price;
  }

  #line(): Line {
    const element = make("tr");
    const head = make("th");
    head.scope = "row";
    const link = make("a");
    link.tabIndex = -1; // the arrow keys walk the rows
    const [base, quote] = [make("b"), make("span")];
    link.append(base, quote);
    head.append(link);
    const cells = this.#columns.map(({ className }) => {
      const cell = make("td", className);
      const text = document.createTextNode("");
      cell.append(text);
      return { element: cell, text };
    });
    element.append(head, ...cells.map((cell) => cell.element));
    return { element, link, base, quote, cells, symbol: "", price: null };
  }

  // It only holds the place of the rows out of sight.
  #spacerRow(cell: HTMLTableCellElement): HTMLTableRowElement {
    const row = make("tr", "spacer");
    row.setAttribute("aria-hidden", "true");
    cell.colSpan = this.#columns.length + 1;
    row.append(cell);
    return row;
  }
}
