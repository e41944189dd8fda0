/** What is left until the next funding, by the second. */

import { setText } from "../lib/dom";
import { countDown, moment, utc } from "../lib/format";
import { pairMetrics } from "../market/metrics";

const MINUTE_MS = 60_000;

export function mount(element: HTMLElement, life: AbortSignal): void {
  const metrics = pairMetrics(element.dataset.pair ?? "");
  let untilMs = Number(element.dataset.untilMs);

  const draw = () => {
    setText(element, `in ${countDown(untilMs - metrics.now())}`);
    element.title = `Next funding ${moment(untilMs)} (${utc(untilMs)})`;
  };
  metrics.addEventListener(
    "change",
    () => {
      const minutes = metrics.get("next_funding_in");
      if (minutes === null || metrics.asOf === null) return;
      // Told in tenths of a minute; fundings happen at whole ones.
      const about = metrics.asOf + minutes * MINUTE_MS;
      untilMs = Math.round(about / MINUTE_MS) * MINUTE_MS;
    },
    { signal: life },
  );
  const timer = setInterval(draw, 1_000);
  life.addEventListener("abort", () => {
    clearInterval(timer);
  });
  draw();
}
