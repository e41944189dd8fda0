/** Gainers, losers, volume leaders, unusual volume: each with the line of its day. */

import { oncePerFrame, part, setText } from "../lib/dom";
import { change, compact, direction, figure, NO_VALUE } from "../lib/format";
import { marketOverview, type MarketOverview, type Mover } from "../market/overview";

type List = "gainers" | "losers" | "volume" | "unusual";

/** What stands beside the change: that by which the list is ordered, or the price. */
function aside(list: List, row: Mover): string {
  if (list === "volume")
    return row.quote_volume === null ? NO_VALUE : compact(row.quote_volume);
  if (list === "unusual") return figure("ratio", row.relative_volume, 2);
  if (row.price === null) return NO_VALUE;
  return figure("price", Number(row.price), row.price.split(".")[1]?.length ?? 0);
}

function setAttribute(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** One place of a list: the elements that the server wrote, filled again and again. */
class Line {
  readonly #item: HTMLElement;
  readonly #link: HTMLAnchorElement;
  readonly #texts: HTMLElement[];
  readonly #spark: Element;
  #drawn: readonly number[] = [];

  constructor(item: HTMLElement) {
    const only = (selector: string) => {
      const found = item.querySelector<HTMLElement>(selector);
      if (!found) throw new Error(`A line of movers has no ${selector}.`);
      return found;
    };
    this.#item = item;
    this.#link = only("a") as HTMLAnchorElement;
    this.#texts = [
      only("b"),
      only(".pair-symbol span"),
      only(".movers-aside"),
      only(".movers-change"),
    ];
    this.#spark = only("svg");
  }

  fill(list: List, row: Mover | undefined, overview: MarketOverview, page: string): void {
    this.#item.classList.toggle("is-empty", !row);
    if (!row) return;
    setAttribute(this.#link, "href", page.replace("SYMBOL", row.symbol));
    this.#link.dataset.symbol = row.symbol;
    const moved = row.change === null ? NO_VALUE : `${change(row.change)} %`;
    const texts = [row.base_asset, row.quote_asset, aside(list, row), moved];
    this.#texts.forEach((element, place) => {
      setText(element, texts[place] ?? "");
    });
    const tone = direction(row.change);
    setAttribute(this.#texts[3] ?? this.#item, "class", `movers-change ${tone}`.trim());
    setAttribute(this.#spark, "class", `spark ${tone}`.trim());
    this.#draw(overview.spark(row.symbol));
  }

  #draw(heights: readonly number[]): void {
    if (heights === this.#drawn) return;
    this.#drawn = heights;
    const points = heights.map((height, x) => `${x},${100 - height}`).join(" ");
    this.#spark.setAttribute("viewBox", `0 0 ${Math.max(1, heights.length - 1)} 100`);
    this.#spark.firstElementChild?.setAttribute("points", points);
  }
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const page = element.dataset.symbolPage ?? "";
  const lists = [...element.querySelectorAll<HTMLElement>("[data-list]")].map((panel) => ({
    name: panel.dataset.list as List,
    window: part(panel, "window"),
    lines: [...part(panel, "rows").querySelectorAll("li")].map((item) => new Line(item)),
  }));
  const overview = marketOverview(lists[0]?.window.textContent ?? "1h");

  const draw = oncePerFrame(() => {
    if (life.aborted) return;
    for (const { name, window, lines } of lists) {
      const rows = overview.list(name);
      if (!rows) continue;
      const isDayUnusual = name === "unusual" && overview.window === "1d";
      setText(window, isDayUnusual ? "8h" : overview.window);
      lines.forEach((line, place) => {
        line.fill(name, rows[place], overview, page);
      });
    }
  });
  overview.addEventListener("change", draw, { signal: life });
}
