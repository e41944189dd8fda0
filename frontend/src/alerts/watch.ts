/** Which pairs an alert watches: one, a list, a screen, or all. */

import { PairPicker } from "../dashboard/picker";
import { ask, send } from "../lib/api";
import { make, part, setText } from "../lib/dom";
import { fetchPairs, type PairLine } from "../market/pair-list";
import type { AlertBody } from "./shapes";
import { numberOf } from "./words";

type Watched = Pick<AlertBody, "scope" | "symbol" | "watchlist" | "screen">;

interface Kept {
  id: string;
  name: string;
}

function fill(select: HTMLSelectElement, kept: readonly Kept[]): void {
  const options = kept.map(({ id, name }) => {
    const option = make("option", "", name);
    option.value = id;
    return option;
  });
  select.prepend(...options);
  if (options[0]) select.value = options[0].value;
}

export class Watch {
  readonly #root: HTMLElement;
  readonly #life: AbortSignal;
  readonly #lists: HTMLSelectElement;
  readonly #screens: HTMLSelectElement;
  readonly #changed: () => void;
  readonly #listKey = crypto.randomUUID();
  #pairs = new Map<string, PairLine>();
  #symbol = "";

  constructor(root: HTMLElement, changed: () => void, life: AbortSignal) {
    this.#root = root;
    this.#life = life;
    this.#changed = changed;
    this.#lists = part(root, "watchlists") as HTMLSelectElement;
    this.#screens = part(root, "screens") as HTMLSelectElement;
    const dialog = document.getElementById("pair-picker") as HTMLDialogElement;
    const picker = new PairPicker(dialog, life);
    const listen = { signal: life };
    part(root, "pair").addEventListener(
      "click",
      () => {
        picker.open((symbol) => {
          this.choose(symbol);
          changed();
        });
      },
      listen,
    );
    for (const select of [this.#lists, this.#screens, part(root, "scopes")]) {
      select.addEventListener("change", this.#chose, listen);
    }
  }

  /** Read what there is to choose from. */
  async load(): Promise<void> {
    const [pairs, lists, screens] = await Promise.all([
      fetchPairs(),
      ask<{ watchlists: Kept[] }>("watchlists", this.#life),
      ask<{ screens: Kept[] }>("screens", this.#life),
    ]);
    this.#pairs = new Map(pairs.pairs.map((line) => [line[0], line]));
    fill(this.#lists, lists.watchlists);
    fill(this.#screens, screens.screens);
    part(this.#root, "no-screens").hidden = screens.screens.length > 0;
    this.#screens.hidden = screens.screens.length === 0;
    this.#fit();
  }

  /** The most traded pair: one to begin with. */
  get first(): string {
    return this.#pairs.keys().next().value ?? "";
  }

  /** The price of the pair as it was when the page came; NaN where it is unknown. */
  get price(): number {
    return numberOf(this.#pairs.get(this.#symbol)?.[3] ?? "");
  }

  choose(symbol: string): void {
    this.#symbol = symbol;
    setText(part(this.#root, "pair-name"), symbol || "Choose a pair");
    setText(part(this.#root, "pair-price"), this.#pairs.get(symbol)?.[3] ?? "");
    part(this.#root, "pair").ariaLabel = `Pair: ${symbol || "none"}; choose another`;
  }

  set({ scope, symbol, watchlist, screen }: Partial<Watched>): void {
    if (symbol) this.choose(symbol);
    if (watchlist) this.#lists.value = watchlist;
    if (screen) this.#screens.value = screen;
    const radio = this.#root.querySelector<HTMLInputElement>(
      `[name=scope][value="${CSS.escape(scope ?? "pair")}"]`,
    );
    if (radio) radio.checked = true;
    this.#fit();
  }

  get chosen(): Watched {
    const scope = this.#scope;
    return {
      scope,
      symbol: scope === "pair" ? this.#symbol : "",
      watchlist: scope === "watchlist" ? this.#lists.value || null : null,
      screen: scope === "screen" ? this.#screens.value || null : null,
    };
  }

  /** Whether it names pairs that the board knows of already. */
  get isKnown(): boolean {
    const { scope, symbol, watchlist, screen } = this.chosen;
    return scope === "market" || Boolean(watchlist ?? screen ?? symbol);
  }

  /** What it is called in a sentence. */
  get label(): string {
    const scope = this.#scope;
    if (scope === "pair") return this.#symbol;
    if (scope === "market") return "the whole market";
    const select = scope === "watchlist" ? this.#lists : this.#screens;
    return select.selectedOptions[0]?.textContent.trim() ?? scope;
  }

  /** Keep a list that was written here, so that an alert can watch it. */
  async keepList(): Promise<void> {
    if (this.#scope !== "watchlist" || this.#lists.value) return;
    const text = (name: string) => (part(this.#root, name) as HTMLInputElement).value;
    const symbols = text("list-symbols")
      .toUpperCase()
      .split(/[\s,;]+/)
      .filter(Boolean);
    const name = text("list-name").trim() || symbols.slice(0, 3).join(" ");
    const answer = await send(
      "POST",
      "watchlists",
      { name, symbols },
      { headers: { "Idempotency-Key": this.#listKey } },
    );
    const kept = (await answer.json()) as Kept;
    fill(this.#lists, [kept]);
    this.#fit();
  }

  get #scope(): AlertBody["scope"] {
    const radio = this.#root.querySelector<HTMLInputElement>("[name=scope]:checked");
    return (radio?.value ?? "pair") as AlertBody["scope"];
  }

  readonly #chose = () => {
    this.#fit();
    this.#changed();
  };

  #fit(): void {
    for (const place of this.#root.querySelectorAll<HTMLElement>(".watch-of")) {
      place.hidden = place.dataset.scope !== this.#scope;
    }
    part(this.#root, "new-list").hidden = this.#lists.value !== "";
  }
}
