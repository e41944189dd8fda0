/** The rows of the ladder: made once, written anew where something differs. */

import { make } from "../lib/dom";
import { figure, quantity } from "../lib/format";
import type { Bucket } from "./buckets";

interface Line {
  row: HTMLTableRowElement;
  cells: HTMLTableCellElement[];
  bar: HTMLElement;
}

/** One side of the ladder in its table body. */
export class LadderSide {
  readonly #lines: Line[] = [];
  readonly #body: HTMLTableSectionElement;
  /** Asks are written from the highest price down to the best. */
  readonly #isUpsideDown: boolean;

  constructor(body: HTMLTableSectionElement, isUpsideDown: boolean) {
    this.#body = body;
    this.#isUpsideDown = isUpsideDown;
  }

  /** Write the buckets, best first; `most` is the total that fills a bar. */
  draw(
    buckets: readonly Bucket[],
    most: number,
    decimals: { price: number; quantity: number },
  ): void {
    while (this.#lines.length > buckets.length) this.#lines.pop()?.row.remove();
    while (this.#lines.length < buckets.length) this.#add();
    buckets.forEach((bucket, at) => {
      const line = this.#lines[at];
      if (!line) return;
      const texts = [
        figure("price", bucket.price, decimals.price),
        quantity(bucket.quantity, decimals.quantity),
        quantity(bucket.total, decimals.quantity),
      ];
      texts.forEach((text, cell) => {
        const target = line.cells[cell]?.lastChild;
        if (target && target.nodeValue !== text) target.nodeValue = text;
      });
      const width = `${((100 * bucket.total) / most).toFixed(1)}%`;
      if (line.bar.style.width !== width) line.bar.style.width = width;
    });
  }

  #add(): void {
    const row = make("tr");
    const bar = make("i");
    bar.ariaHidden = "true";
    const cells = ["", "", ""].map(() => {
      const cell = make("td");
      cell.append(document.createTextNode(""));
      return cell;
    });
    cells[0]?.prepend(bar);
    row.append(...cells);
    this.#lines.push({ row, cells, bar });
    if (this.#isUpsideDown) this.#body.prepend(row);
    else this.#body.append(row);
  }
}
