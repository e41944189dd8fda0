/** The whole market as areas: as large as its volume, coloured by its change. */

import { make, part, readData, rememberInAddress } from "../lib/dom";
import { marketRows } from "../market/rows";
import { pairOf } from "../market/pairs";
import { fillCard, placeCard } from "../treemap/card";
import { heatKey } from "../treemap/heat";
import { layOut, type Sized } from "../treemap/layout";
import { Tiles } from "../treemap/tiles";

const DRAW_EVERY_MS = 1_000;
/** Areas that move all the time cannot be read. */
const LAY_OUT_EVERY_MS = 10_000;

type Traits = Record<string, [group: string, supply: number | null]>;

export function mount(element: HTMLElement, life: AbortSignal): void {
  const map = part(element, "map");
  const card = part(element, "card");
  const state = part(element, "state");
  const grouped = element.querySelector<HTMLInputElement>("[data-part=grouped]");
  const traits = (readData("traits") ?? {}) as Traits;
  const address = element.dataset.symbolPage ?? "";
  const rows = marketRows();
  const tiles = new Tiles(
    map,
    (symbol) => address.replace("SYMBOL", encodeURIComponent(symbol)),
    (symbol) => pairOf(symbol).base,
  );
  const listen = { signal: life };
  let window = element.dataset.window ?? "1h";
  let size = element.dataset.size ?? "volume";
  let laidOutAt = -Infinity;
  let shown = "";

  const sizeOf = (symbol: string): number => {
    const row = rows.row(symbol);
    if (size === "volume") return row?.get("quote_volume_1d") ?? 0;
    return (traits[symbol]?.[1] ?? 0) * (row?.get("price") ?? 0);
  };
  const layOutAll = () => {
    laidOutAt = performance.now();
    const pairs: Sized[] = [...rows.entries()].map(([symbol]) => ({
      symbol,
      group: traits[symbol]?.[0] ?? "",
      size: sizeOf(symbol),
    }));
    const box = { x: 0, y: 0, width: map.clientWidth, height: map.clientHeight };
    tiles.place(layOut(pairs, box, grouped?.checked ?? false));
    state.hidden = tiles.size > 0;
  };
  const showCard = (symbol: string) => {
    const [row, tile] = [rows.row(symbol), tiles.tile(symbol)];
    shown = row && tile ? symbol : "";
    card.hidden = shown === "";
    if (!row || !tile) return;
    fillCard(card, symbol, traits[symbol]?.[0] ?? "", row);
    placeCard(card, tile, element);
  };
  const draw = () => {
    if (rows.size === 0) return;
    if (performance.now() - laidOutAt >= LAY_OUT_EVERY_MS) layOutAll();
    tiles.color((symbol) => rows.row(symbol)?.get(`change_${window}`) ?? null, window);
    if (shown) showCard(shown);
  };
  const drawKey = () => {
    part(element, "key").replaceChildren(
      ...heatKey(window).map(({ heat, text }) => {
        const step = make("span", heat.tone && `treemap-${heat.tone}`, text);
        step.style.setProperty("--heat", `${heat.strength}%`);
        return step;
      }),
    );
  };
  const choose = (name: "window" | "size", value: string) => {
    if (name === "window") window = value;
    else size = value;
    for (const button of element.querySelectorAll<HTMLElement>(`button[data-${name}]`)) {
      button.ariaPressed = String(button.dataset[name] === value);
    }
    rememberInAddress({ [name]: value });
    laidOutAt = -Infinity;
    drawKey();
    draw();
  };
  const symbolAt = ({ target }: Event) =>
    (target as Element).closest<HTMLElement>("[data-symbol]")?.dataset.symbol ?? "";

  element.addEventListener(
    "click",
    ({ target }) => {
      const button = (target as Element).closest<HTMLElement>("button");
      const { window: chosenWindow, size: chosenSize } = button?.dataset ?? {};
      if (chosenWindow) choose("window", chosenWindow);
      if (chosenSize) choose("size", chosenSize);
    },
    listen,
  );
  grouped?.addEventListener(
    "change",
    () => {
      rememberInAddress({ groups: grouped.checked ? "yes" : "no" });
      layOutAll();
      draw();
    },
    listen,
  );
  for (const name of ["pointerover", "focusin"]) {
    map.addEventListener(
      name,
      (event) => {
        showCard(symbolAt(event));
      },
      listen,
    );
  }
  for (const name of ["pointerleave", "focusout"]) {
    map.addEventListener(
      name,
      () => {
        showCard("");
      },
      listen,
    );
  }
  map.addEventListener(
    "keydown",
    (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      tiles.walk(symbolAt(event), by);
    },
    listen,
  );
  const resized = new ResizeObserver(() => {
    if (rows.size > 0) layOutAll();
    draw();
  });
  resized.observe(map);
  rows.addEventListener("change", draw, { signal: life, once: true });
  const timer = setInterval(draw, DRAW_EVERY_MS);
  life.addEventListener("abort", () => {
    resized.disconnect();
    clearInterval(timer);
  });
  drawKey();
}
