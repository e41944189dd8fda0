/** The market in six tiles, once a second. */

import { oncePerFrame, part, setText } from "../lib/dom";
import { change, compact, count, direction, figure, NO_VALUE } from "../lib/format";
import { type Category, marketOverview, type Mover, type Whole } from "../market/overview";

/** Pairs that make a category worth to be called the strongest. */
const SIZED_FROM = 3;

/** Decimal text of the board as the pages show it. */
function price(text: string | null | undefined): string {
  if (!text) return NO_VALUE;
  return figure("price", Number(text), text.split(".")[1]?.length ?? 0);
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const overview = marketOverview(element.dataset.window ?? "1h");
  const show = (name: string, text: string) => {
    setText(part(element, name), text);
  };
  const showChange = (name: string, value: number | null | undefined) => {
    const target = part(element, name);
    const className = target.className.replace(/ ?\b(up|down)\b/, "");
    target.className = `${className} ${direction(value)}`.trim();
    setText(target, typeof value === "number" ? `${change(value)} %` : NO_VALUE);
  };
  const showBreadth = ({ advancing, declining }: Whole["breadth"]) => {
    const moving = advancing + declining;
    show("advancing", count(advancing));
    show("declining", count(declining));
    const share = moving ? (100 * advancing) / moving : 50;
    part(element, "breadth").setAttribute("width", share.toFixed(1));
  };
  const showPair = (name: string, pair: Mover | null) => {
    show(name, pair?.base_asset ?? NO_VALUE);
    showChange(`${name}-change`, pair?.change);
    show(`${name}-pace`, figure("ratio", pair?.relative_volume, 2));
  };

  const showCategory = (name: string, category: Category | undefined) => {
    show(name, category?.name ?? NO_VALUE);
    showChange(`${name}-change`, category?.mean_change);
  };

  const draw = oncePerFrame(() => {
    const whole = overview.whole;
    if (!whole || life.aborted) return;
    show("window", whole.window);
    show("window-too", whole.window);
    showBreadth(whole.breadth);
    showChange("median", whole.median_change);
    show("leader", whole.leader?.symbol ?? NO_VALUE);
    show("leader-price", price(whole.leader?.price));
    showChange("leader-change", whole.leader?.change);
    show("mark", price(whole.leader?.mark_price));
    show("funding", `${figure("rate", whole.leader?.funding_rate, 4)} %`);
    show("volume", compact(whole.quote_volume_1d));
    show("pace", pace(whole));
    showPair("strongest", whole.strongest);
    showPair("active", whole.most_active);
    const sized = whole.categories.filter(({ members }) => members >= SIZED_FROM);
    showCategory("best", sized[0]);
    showCategory("last", sized.at(-1));
  });
  overview.addEventListener("change", draw, { signal: life });
}

function pace({ window, relative_volume }: Whole): string {
  if (relative_volume === null) return "";
  return `last ${window} at ${figure("ratio", relative_volume, 2)} its usual`;
}
