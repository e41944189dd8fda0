/** The page without a network: the last prices, their age, and the way back by itself. */

import { backoff } from "../lib/backoff";
import { make, part, setText } from "../lib/dom";
import { age, moment, utc } from "../lib/format";
import { readKeptPrices } from "../market/kept-prices";
import type { PairLine } from "../market/pair-list";

function line([, base, quote, price, change, direction]: PairLine): HTMLElement {
  const row = make("tr");
  const head = make("th", "pair-symbol");
  head.scope = "row";
  head.append(make("b", "", base), quote);
  row.append(head, make("td", "", price), make("td", direction, change));
  return row;
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const kept = readKeptPrices();
  const since = part(element, "age");
  let failures = 0;
  let timer = 0;

  const show = () => {
    setText(since, kept ? `${age(Date.now() - kept.at_ms)} old` : "");
  };
  const back = () => {
    // Opened by its own address, or shown in the place of another page?
    if (location.pathname === element.dataset.address) location.replace("/");
    else location.reload();
  };
  const look = async () => {
    clearTimeout(timer);
    try {
      const probe = element.dataset.probe ?? "";
      const answer = await fetch(probe, { cache: "no-store", signal: life });
      if (answer.ok) {
        back();
        return;
      }
    } catch {
      // Still no network.
    }
    failures += 1;
    timer = setTimeout(() => void look(), backoff(failures));
  };

  if (kept) {
    part(element, "prices").hidden = false;
    part(element, "body").append(...kept.pairs.map(line));
    setText(part(element, "notice"), kept.notice);
    part(element, "notice").hidden = kept.notice === "";
    since.title = `${moment(kept.at_ms)}, ${utc(kept.at_ms)}`;
  } else part(element, "nothing").hidden = false;
  show();
  const clock = setInterval(show, 1_000);
  addEventListener("online", () => void look(), { signal: life });
  part(element, "again").addEventListener("click", () => void look(), { signal: life });
  life.addEventListener("abort", () => {
    clearInterval(clock);
    clearTimeout(timer);
  });
  void look();
}
