/** One chart as large as the window; Escape leads back. */

import { make, part } from "../lib/dom";
import { pairOf } from "../market/pairs";

/** Open the dialog with the chart of a pair; it lives as long as the dialog is open. */
export function enlarge(
  dialog: HTMLDialogElement,
  symbol: string,
  timeframe: string,
): void {
  const { base, quote } = pairOf(symbol);
  const template = part(dialog, "template") as HTMLTemplateElement;
  const place = part(dialog, "place");
  const page = part(dialog, "page") as HTMLAnchorElement;
  const content = template.content.cloneNode(true) as DocumentFragment;
  const chart = content.querySelector<HTMLElement>("[data-island]");
  if (!chart) return;
  chart.dataset.pair = symbol;
  chart.dataset.timeframe = timeframe;
  for (const button of chart.querySelectorAll<HTMLElement>("button[data-timeframe]")) {
    button.ariaPressed = String(button.dataset.timeframe === timeframe);
  }
  part(dialog, "title").replaceChildren(make("b", "", base), make("span", "", quote));
  page.href = (dialog.dataset.symbolPage ?? "").replace("SYMBOL", symbol);
  place.replaceChildren(content);
  dialog.addEventListener(
    "close",
    () => {
      place.replaceChildren();
    },
    { once: true },
  );
  dialog.showModal();
}
