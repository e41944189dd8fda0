/** The cells of the screener's table that are more than a number. */

import type {
  ICellRendererParams,
  IHeaderParams,
  IInnerHeaderComponent,
} from "ag-grid-community";
import { make } from "../lib/dom";
import { metricOf } from "./metrics";
import type { Coin } from "./rows";
import type { Sparks } from "./sparks";

export interface PairActs {
  address: (symbol: string) => string;
  isPinned: (symbol: string) => boolean;
}

const SVG = "http://www.w3.org/2000/svg";
const STAR =
  "M10 3l2.1 4.4 4.9.6-3.600 3.300 1 4.700L10 13.600 5.600 16l1-4.700L3 8l4.900-.6z";

function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

function act(name: string, label: string, symbol: string): HTMLButtonElement {
  const button = make("button", `cell-act cell-act-${name}`);
  button.type = "button";
  button.tabIndex = -1; // the keys p and w do the same in the row
  button.ariaLabel = `${label} ${symbol}`;
  button.title = label;
  button.dataset.act = name;
  button.dataset.symbol = symbol;
  return button;
}

/** Base and quote asset, a star that pins, and the way to the why. */
export function pairCell(acts: PairActs) {
  return ({ data }: ICellRendererParams<Coin>): HTMLElement => {
    const symbol = data?.symbol ?? "";
    const cell = make("span", "pair-cell");
    const isPinned = acts.isPinned(symbol);
    const pin = act("pin", isPinned ? "Let go" : "Pin", symbol);
    pin.ariaPressed = String(isPinned);
    pin.append(icon(STAR));
    const link = make("a", "pair-link");
    link.href = acts.address(symbol);
    link.tabIndex = -1;
    link.append(
      make("b", "", data?.base_asset ?? symbol),
      make("span", "muted", String(data?.quote_asset ?? "")),
    );
    const why = act("why", "Why", symbol);
    why.textContent = "why";
    cell.append(pin, link, why);
    return cell;
  };
}

/** The line of the last day. */
export function sparkCell(sparks: Sparks) {
  return ({ data }: ICellRendererParams<Coin>): HTMLElement => {
    const cell = make("span", "spark-cell");
    const line = data ? sparks.draw(data.symbol) : null;
    if (line) cell.append(line);
    return cell;
  };
}

/** A head with a small way to filter by its column. */
export class FilterHead implements IInnerHeaderComponent {
  readonly #element = make("span", "head-cell");

  init({ displayName, column }: IHeaderParams): void {
    const button = make("button", "head-filter");
    button.type = "button";
    button.tabIndex = -1; // the key f does the same in the head
    button.ariaLabel = `Filter by ${displayName}`;
    button.title = `${button.ariaLabel} (f)`;
    button.dataset.filter = column.getColId();
    button.append(icon("M3 4h14l-5.500 6.500V16l-3 1.500v-7z"));
    // The head itself sorts when it is pressed.
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      button.dispatchEvent(new CustomEvent("filter-by", { bubbles: true }));
    });
    const text = make("span", "head-text", displayName);
    text.title = metricOf(column.getColId())?.meaning ?? "";
    this.#element.append(text, button);
  }

  getGui(): HTMLElement {
    return this.#element;
  }

  refresh({ displayName }: IHeaderParams): boolean {
    const text = this.#element.firstElementChild;
    if (text) text.textContent = displayName;
    return true;
  }
}
