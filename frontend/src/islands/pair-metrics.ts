/** Figures of one pair, wherever an element names a metric, as they change. */

import { oncePerFrame, setText } from "../lib/dom";
import { direction, figure, type FigureKind } from "../lib/format";
import { type PairMetrics, pairMetrics } from "../market/metrics";
import { pairOf } from "../market/pairs";

const FLASH_MS = 300;

/** What an element shows: a metric, alone or against another. */
function measured(metrics: PairMetrics, { metric, over, less, of }: DOMStringMap) {
  const value = metrics.get(metric ?? "");
  const name = over ?? less ?? of;
  if (name === undefined) return value;
  const other = metrics.get(name);
  if (value === null || other === null) return null;
  if (less !== undefined) return value - other;
  return other === 0 ? null : (100 * (over === undefined ? value : value - other)) / other;
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const symbol = element.dataset.pair ?? "";
  const metrics = pairMetrics(symbol);
  const targets = [...element.querySelectorAll<HTMLElement>("[data-metric]")];
  const mayMove = matchMedia("(prefers-reduced-motion: no-preference)");
  const last = new Map<HTMLElement, number>();

  const flash = (target: HTMLElement, value: number) => {
    const before = last.get(target);
    last.set(target, value);
    if (before === undefined || before === value || !mayMove.matches) return;
    const color = value > before ? "--up" : "--down";
    target.animate([{ color: `var(${color})` }], {
      duration: FLASH_MS,
      easing: "ease-out",
    });
  };
  const draw = oncePerFrame(() => {
    if (metrics.asOf === null || life.aborted) return;
    for (const target of targets) {
      const kind = target.dataset.kind as FigureKind;
      const value = measured(metrics, target.dataset);
      const decimals = Number(target.dataset.decimals ?? pairOf(symbol).decimals);
      setText(target, figure(kind, value, decimals));
      if (kind === "change") target.className = direction(value);
      if (kind === "signed") target.className = direction(value, decimals);
      if ("ticks" in target.dataset && value !== null) flash(target, value);
    }
  });
  metrics.addEventListener("change", draw, { signal: life });
}
