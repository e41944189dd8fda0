/** The tiles of the map: links that stand where the layout says. */

import { make } from "../lib/dom";
import { change, NO_VALUE } from "../lib/format";
import { heatOf } from "./heat";
import { HEAD_PX, type Layout, type Place } from "./layout";

/** Smaller tiles have no text, and those smaller still only the name. */
const NAME_PX = { width: 34, height: 16 };
const FIGURE_PX = { width: 44, height: 32 };
const LEAST_PX = 9;
/** A bold capital is so much wider than its size at most, borders not counted. */
const LETTER = 0.74;

interface Tile {
  element: HTMLAnchorElement;
  name: HTMLElement;
  figure: HTMLElement;
}

export class Tiles {
  readonly #tiles = new Map<string, Tile>();
  readonly #heads: HTMLElement[] = [];
  #order: string[] = [];
  /** One tile is reached by Tab, the others from it by arrows. */
  #inTabOrder = "";

  constructor(
    readonly map: HTMLElement,
    readonly addressOf: (symbol: string) => string,
    readonly nameOf: (symbol: string) => string,
  ) {}

  get size(): number {
    return this.#tiles.size;
  }

  tile(symbol: string): HTMLAnchorElement | undefined {
    return this.#tiles.get(symbol)?.element;
  }

  /** Put every tile in its place; those of pairs that went are taken away. */
  place({ places, groups }: Layout): void {
    const there = new Set(places.map(({ symbol }) => symbol));
    for (const [symbol, { element }] of this.#tiles) {
      if (!there.has(symbol)) element.remove();
      if (!there.has(symbol)) this.#tiles.delete(symbol);
    }
    for (const place of places) this.#put(place);
    this.#order = places.map(({ symbol }) => symbol);
    if (!this.tile(this.#inTabOrder)) this.#enter(this.#order[0] ?? "");
    this.#heads.splice(0).forEach((head) => {
      head.remove();
    });
    for (const group of groups) {
      const isRoom = group.width > 40 && group.height >= HEAD_PX;
      const head = make("span", "treemap-head", isRoom ? group.name : "");
      stand(head, group);
      this.#heads.push(head);
      this.map.append(head);
    }
  }

  /** Colour the tiles by change, and write it where there is room. */
  color(movedOf: (symbol: string) => number | null, window: string): void {
    for (const [symbol, { element, name, figure }] of this.#tiles) {
      const moved = movedOf(symbol);
      const { tone, strength } = heatOf(moved, window);
      const text = moved === null ? NO_VALUE : `${change(moved)} %`;
      if (figure.textContent !== text) figure.textContent = text;
      const look = `treemap-tile ${tone && `treemap-${tone}`}`.trim();
      if (element.className !== look) element.className = look;
      element.style.setProperty("--heat", `${strength}%`);
      element.ariaLabel = `${name.textContent} ${text}`;
    }
  }

  /** Focus the tile so many places after another, by size. */
  walk(from: string, by: number): void {
    const at = this.#order.indexOf(from) + by;
    const next = this.#order[Math.max(0, Math.min(this.#order.length - 1, at))] ?? "";
    this.#enter(next);
    this.tile(next)?.focus();
  }

  #enter(symbol: string): void {
    this.tile(this.#inTabOrder)?.setAttribute("tabindex", "-1");
    this.tile(symbol)?.setAttribute("tabindex", "0");
    this.#inTabOrder = symbol;
  }

  #put(place: Place): void {
    let tile = this.#tiles.get(place.symbol);
    if (!tile) {
      const element = make("a", "treemap-tile");
      const name = make("b", "", this.nameOf(place.symbol));
      const figure = make("span");
      element.href = this.addressOf(place.symbol);
      element.dataset.symbol = place.symbol;
      element.tabIndex = -1;
      element.append(name, figure);
      this.map.append(element);
      tile = { element, name, figure };
      this.#tiles.set(place.symbol, tile);
    }
    stand(tile.element, place);
    const { width, height } = place;
    const widest = (width - 4) / (LETTER * tile.name.textContent.length);
    const isNarrow = width < NAME_PX.width || widest < LEAST_PX;
    tile.name.hidden = isNarrow || height < NAME_PX.height;
    tile.figure.hidden = width < FIGURE_PX.width || height < FIGURE_PX.height;
    const wanted = Math.max(10, Math.min(26, width / 5, height / 3.2));
    tile.element.style.fontSize = `${Math.floor(Math.min(wanted, widest))}px`;
  }
}

function stand(element: HTMLElement, { x, y, width, height }: Omit<Place, "symbol">): void {
  element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
  element.style.width = `${width.toFixed(1)}px`;
  element.style.height = `${height.toFixed(1)}px`;
}
