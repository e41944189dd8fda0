/** A list of episodes that is read page by page, newest first. */

import { ask, whatWentWrong } from "../lib/api";
import { part } from "../lib/dom";
import { fetchPairs } from "../market/pair-list";
import { episodeRow, type RowChoice } from "./episode-row";
import { showNote } from "./pieces";
import type { Episode } from "./shapes";

interface Page {
  found: Episode[];
  next: string | number | null;
}

export interface Source {
  /** The path of the API with its question, all but the page. */
  path: () => string;
  read: (answer: unknown) => Page;
  /** What to say where there is nothing. */
  nothing: () => [head: string, text: string];
}

export class EpisodeList {
  readonly #root: HTMLElement;
  readonly #source: Source;
  readonly #choice: RowChoice;
  readonly #decimals = new Map<string, number>();
  readonly #life: AbortSignal;
  #asking = new AbortController();
  #next: string | number | null = null;

  constructor(
    root: HTMLElement,
    source: Source,
    choice: Omit<RowChoice, "decimals">,
    life: AbortSignal,
  ) {
    this.#root = root;
    this.#source = source;
    this.#choice = { ...choice, decimals: this.#decimals };
    this.#life = life;
    part(root, "older").addEventListener("click", () => void this.#read(this.#next), {
      signal: life,
    });
  }

  /** Read it from the newest on. */
  load(): void {
    void this.#read(null);
  }

  /** Put one on top that has just come, or draw it anew. */
  put(one: Episode): void {
    const rows = part(this.#root, "rows");
    const row = episodeRow(one, this.#choice);
    const before = rows.querySelector(`[data-id="${one.id}"]`);
    if (before) before.replaceWith(row);
    else rows.prepend(row);
    showNote(this.#root, "");
  }

  // Without the pairs, prices are shown with as many decimals as make sense.
  async #learn(): Promise<void> {
    if (this.#decimals.size > 0) return;
    const { pairs } = await fetchPairs().catch(() => ({ pairs: [] }));
    for (const [symbol, , , price] of pairs) {
      this.#decimals.set(symbol, price.split(".")[1]?.length ?? 0);
    }
  }

  async #read(before: string | number | null): Promise<void> {
    this.#asking.abort();
    this.#asking = new AbortController();
    const signal = AbortSignal.any([this.#asking.signal, this.#life]);
    const path = this.#source.path();
    const page = before === null ? "" : `&before=${encodeURIComponent(before)}`;
    try {
      const [answer] = await Promise.all([
        ask<unknown>(path + page, signal),
        this.#learn(),
      ]);
      const { found, next } = this.#source.read(answer);
      this.#next = next;
      const rows = part(this.#root, "rows");
      const drawn = found.map((one) => episodeRow(one, this.#choice));
      if (before === null) rows.replaceChildren(...drawn);
      else rows.append(...drawn);
      part(this.#root, "foot").hidden = next === null;
      if (rows.childElementCount === 0) showNote(this.#root, ...this.#source.nothing());
      else showNote(this.#root, "");
    } catch (error) {
      if (signal.aborted) return;
      showNote(this.#root, "The list did not come", whatWentWrong(error));
    }
    part(this.#root, "panel").ariaBusy = "false";
  }
}
