/** The technical summary: every timeframe counted, the chosen one in words. */

import { readData } from "../lib/dom";
import { pairMetrics } from "../market/metrics";
import { Findings, type Told } from "../summary/findings";
import { ask, type ValueOf } from "../summary/rules";
import { Votes } from "../summary/votes";

/** Whoever reads must not see lines move with every tick. */
const EVERY_MS = 1_000;

export function mount(element: HTMLElement, life: AbortSignal): void {
  const told = readData("technical-summary") as Told;
  const metrics = pairMetrics(element.dataset.pair ?? "");
  const choices = [...element.querySelectorAll("input")].map((input) => new Votes(input));
  const findings = new Findings(element, told);
  let planned = 0;
  let isFirst = true;

  const valueOf: ValueOf = (name) => {
    const written = told.values[name];
    return written === undefined || metrics.asOf === null ? written : metrics.get(name);
  };
  const draw = () => {
    for (const votes of choices) {
      const asked = told.rules.map((rule) => ask(rule, valueOf, votes.timeframe));
      votes.draw(asked);
      if (votes.input.checked) findings.draw(asked);
    }
  };
  const plan = () => {
    planned ||= setTimeout(
      () => {
        planned = 0;
        draw();
      },
      isFirst ? 0 : EVERY_MS,
    );
    isFirst = false;
  };
  metrics.addEventListener("change", plan, { signal: life });
  element.addEventListener("change", draw, { signal: life });
  life.addEventListener("abort", () => {
    clearTimeout(planned);
  });
}
