/** What a person looks at: kept in the address, so that it can be gone back to and sent. */

import { board } from "./metrics";

export interface Choice {
  expression: string;
  columns: string[];
  sort: string;
  clock: string;
  pinned: string[];
}

interface View extends Choice {
  page: number;
  limit: number;
  /** The kept screen that this began with, nothing where there is none. */
  screen: string;
}

const MOST_PINNED = 20;
const SIZES = [50, 100, 200];

function list(text: string | null): string[] {
  return (text ?? "").split(",").filter((one) => one !== "");
}

// What is not in the address, or not in the catalogue, is as at the beginning.
function viewOf(given: URLSearchParams): View {
  const known = new Set(board().metrics.map(({ name }) => name)).add("symbol");
  const columns = list(given.get("columns")).filter(
    (name) => known.has(name) && name !== "symbol",
  );
  const text = (name: string) => given.get(name) ?? "";
  const sort = text("sort");
  const limit = Number(text("limit"));
  return {
    expression: text("where"),
    columns: columns.length > 0 ? columns : (board().sets.overview ?? []),
    sort: known.has(sort.replace(/^-/, "")) ? sort : board().sort,
    clock: text("clock") === "closed" ? "closed" : "live",
    pinned: list(given.get("pinned")).slice(0, MOST_PINNED),
    page: Math.max(1, Math.floor(Number(text("page"))) || 1),
    limit: SIZES.includes(limit) ? limit : 50,
    screen: text("screen"),
  };
}

/** Tells `change` when what is shown is to change. */
export class ScreenState extends EventTarget {
  view: View;

  constructor() {
    super();
    this.view = viewOf(new URLSearchParams(location.search));
  }

  get choice(): Choice {
    const { expression, columns, sort, clock, pinned } = this.view;
    return { expression, columns, sort, clock, pinned };
  }

  /** Change a part; another question begins at its first page. */
  change(part: Partial<View>): void {
    const isOther = ["expression", "sort", "clock", "limit"].some((name) => name in part);
    this.view = { ...this.view, ...(isOther ? { page: 1 } : {}), ...part };
    this.#remember();
    this.dispatchEvent(new Event("change"));
  }

  /** Pin a pair on top of the list, or let it go; false where there is no room. */
  pin(symbol: string): boolean {
    const { pinned } = this.view;
    const without = pinned.filter((one) => one !== symbol);
    if (without.length === MOST_PINNED) return false;
    this.change({ pinned: without.length < pinned.length ? without : [...pinned, symbol] });
    return true;
  }

  /** The name of the set whose columns are shown, `own` where it is none. */
  get set(): string {
    const shown = this.view.columns.join();
    const found = Object.entries(board().sets).find(([, some]) => some.join() === shown);
    return found?.[0] ?? "own";
  }

  /** The parameters of the question, all but its page. */
  question(): URLSearchParams {
    const { expression, columns, sort, clock, pinned } = this.view;
    const asked = new URLSearchParams({ columns: columns.join(), sort, clock });
    if (expression.trim()) asked.set("where", expression);
    if (pinned.length > 0) asked.set("pinned", pinned.join());
    return asked;
  }

  #remember(): void {
    const { page, limit, screen, clock, sort } = this.view;
    const shown = this.question();
    if (this.set === "overview") shown.delete("columns");
    if (clock === "live") shown.delete("clock");
    if (sort === board().sort) shown.delete("sort");
    if (page > 1) shown.set("page", String(page));
    if (limit !== 50) shown.set("limit", String(limit));
    if (screen) shown.set("screen", screen);
    const text = shown.toString();
    history.replaceState(null, "", text ? `?${text}` : location.pathname);
  }
}
