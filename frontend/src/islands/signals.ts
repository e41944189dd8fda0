/** The signals of the whole market as they come, and what each of them is worth. */

import { EpisodeList } from "../alerts/episode-list";
import { SignalRules } from "../alerts/signal-rules";
import type { Episode } from "../alerts/shapes";
import { part, rememberInAddress } from "../lib/dom";
import { liveSocket } from "../lib/socket";

const AFTER_MS = 250;
const HOUR_MS = 3_600_000;
const PAGE = 100;
const FILTERS = ["type", "side", "symbol", "since"] as const;

export function mount(element: HTMLElement, life: AbortSignal): void {
  const field = (name: string) => part(element, name) as HTMLInputElement;
  const rules = new SignalRules(element, life);
  let timer: number | undefined;

  const pair = () => field("symbol").value.trim().toUpperCase();
  const isAsked = ({ rule, side, symbol }: Episode) =>
    (!field("type").value || rule.slug === field("type").value) &&
    (!field("side").value || side === field("side").value) &&
    (!pair() || symbol === pair());
  const list = new EpisodeList(
    element,
    {
      path: () => {
        const since = Date.now() - Number(field("since").value) * HOUR_MS;
        const asked = new URLSearchParams({ limit: String(PAGE), since: String(since) });
        for (const name of ["type", "side"]) {
          if (field(name).value) asked.set(name, field(name).value);
        }
        if (pair()) asked.set("symbol", pair());
        return `signals?${asked.toString()}`;
      },
      read: (answer) => {
        const { signals, next } = answer as {
          signals: Episode[];
          next: string | number | null;
        };
        return { found: signals, next };
      },
      nothing: () => [
        "No signal in this time",
        "What comes stands here at once. You could also choose a longer time.",
      ],
    },
    {
      symbolPage: element.dataset.symbolPage ?? "",
      alertPage: "",
      hasRule: true,
      returns: ["return_15m", "return_1h", "return_4h"],
      hasDeliveries: false,
    },
    life,
  );
  const again = () => {
    rememberInAddress(Object.fromEntries(FILTERS.map((name) => [name, field(name).value])));
    clearTimeout(timer);
    timer = setTimeout(() => {
      list.load();
    }, AFTER_MS);
  };
  const given = new URLSearchParams(location.search);
  const start = () => {
    for (const name of FILTERS) {
      const value = given.get(name);
      if (value) field(name).value = value;
    }
    list.load();
  };
  for (const name of FILTERS)
    field(name).addEventListener("input", again, { signal: life });
  liveSocket().subscribe(
    "signals",
    (data, frame) => {
      if (frame.type !== "update") return;
      const { signals } = data as { signals: Episode[] };
      for (const one of signals.filter(isAsked)) list.put(one);
    },
    life,
  );
  // The signals to filter by come with their rules.
  void rules.load().then(start);
}
