/** What a person's alerts have found, and why one spoke or did not. */

import { EpisodeList } from "../alerts/episode-list";
import { ExplainPanel } from "../alerts/explain";
import type { Episodes } from "../alerts/shapes";
import { part } from "../lib/dom";
import { liveSocket } from "../lib/socket";

const AFTER_MS = 250;
const DAY_MS = 86_400_000;
const PAGE = 50;

export function mount(element: HTMLElement, life: AbortSignal): void {
  const alert = element.dataset.alert ?? "";
  const symbol = part(element, "symbol") as HTMLInputElement;
  const since = part(element, "since") as HTMLSelectElement;
  let timer: number | undefined;

  const question = () => {
    const asked = new URLSearchParams({ limit: String(PAGE) });
    const pair = symbol.value.trim().toUpperCase();
    if (pair) asked.set("symbol", pair);
    if (since.value) {
      asked.set("since", String(Date.now() - Number(since.value) * DAY_MS));
    }
    const path = alert ? `alerts/${alert}/history` : "alerts/history";
    return `${path}?${asked.toString()}`;
  };
  const list = new EpisodeList(
    element,
    {
      path: question,
      read: (answer) => {
        const { episodes, next } = answer as Episodes;
        return { found: episodes, next };
      },
      nothing: () =>
        symbol.value || since.value
          ? ["Nothing fired then", "Choose a longer time, or another pair."]
          : ["Nothing has fired yet", "It will stand here once it has."],
    },
    {
      symbolPage: element.dataset.symbolPage ?? "",
      alertPage: element.dataset.alertPage ?? "",
      hasRule: !alert,
      returns: ["return_15m", "return_1h", "return_4h", "return_24h"],
      hasDeliveries: true,
    },
    life,
  );
  new ExplainPanel(element, life);
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      list.load();
    }, AFTER_MS);
  };
  symbol.addEventListener("input", again, { signal: life });
  since.addEventListener("change", again, { signal: life });
  liveSocket().subscribe(
    "alerts",
    (_data, frame) => {
      if (frame.type === "update") again();
    },
    life,
  );
  list.load();
}
