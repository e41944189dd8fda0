/** How many rules say what in one timeframe: as a picture, and as counts. */

import { setText } from "../lib/dom";
import type { Finding, Group } from "./rules";

export class Votes {
  readonly timeframe: string;
  readonly #label: HTMLElement;

  constructor(readonly input: HTMLInputElement) {
    this.timeframe = input.value;
    this.#label = input.parentElement ?? input;
  }

  draw(findings: (Finding | null)[]): void {
    const of = (group: Group) => findings.filter((one) => one?.group === group).length;
    const all = findings.filter((one) => one !== null).length;
    const [up, neutral, down] = [of("up"), of("neutral"), of("down")];
    for (const one of this.#label.querySelectorAll<HTMLElement>("[data-votes]")) {
      setText(one, String(of(one.dataset.votes as Group)));
    }
    this.#place("up", 0, up);
    this.#place("neutral", up, neutral);
    this.#place("down", all - down, down);
  }

  #place(name: string, x: number, width: number): void {
    const rectangle = this.#label.querySelector(`.votes-${name}`);
    rectangle?.setAttribute("x", String(x));
    rectangle?.setAttribute("width", String(width));
  }
}
