/** The screener: a question, its rows once a second, and everything to shape them. */

import { part, setText } from "../lib/dom";
import { liveSocket } from "../lib/socket";
import { AskField } from "../screener/ask";
import { ColumnChooser } from "../screener/chooser";
import { ColumnFilter } from "../screener/column-filter";
import { Exporter } from "../screener/exporter";
import type { ScreenerGrid } from "../screener/grid";
import { ScreenKeeper } from "../screener/keeper";
import { RowsSource } from "../screener/rows";
import { Sparks } from "../screener/sparks";
import { ScreenState } from "../screener/state";
import { StateNote } from "../screener/state-note";
import { Tools } from "../screener/tools";
import { WhyPanel } from "../screener/why";

export function mount(element: HTMLElement, life: AbortSignal): void {
  const state = new ScreenState();
  const source = new RowsSource(state, life);
  const sparks = new Sparks(life);
  const ask = new AskField(element, state, life);
  const why = new WhyPanel(element, state, life);
  const chooser = new ColumnChooser(element, state, life);
  const note = new StateNote(element, source, () => {
    ask.set("");
  });
  const say = (text: string) => {
    setText(part(element, "note"), text);
  };
  const isPerson = element.dataset.person === "yes";
  const exporter = new Exporter(state, isPerson, say, life);
  const tools = new Tools(
    element,
    state,
    {
      choose: () => {
        chooser.open();
      },
      write: (format, button) => void exporter.write(format, button),
    },
    life,
  );
  new ColumnFilter(
    element,
    (condition) => {
      ask.add(condition);
    },
    life,
  );
  new ScreenKeeper(
    element,
    state,
    ({ columns, sort, clock, pinned, expression }) => {
      const { view } = state;
      state.change({
        columns: columns ?? view.columns,
        sort: sort ?? view.sort,
        clock: clock ?? view.clock,
        pinned: pinned ?? view.pinned,
      });
      ask.set(expression ?? "");
    },
    life,
  );
  let grid: ScreenerGrid | null = null;

  const address = (symbol: string) =>
    (element.dataset.symbolPage ?? "").replace("SYMBOL", encodeURIComponent(symbol));
  const pin = (symbol: string) => {
    say(state.pin(symbol) ? "" : "Twenty pairs are pinned; let one go first.");
    grid?.redraw();
  };
  const acts = {
    address,
    isPinned: (symbol: string) => state.view.pinned.includes(symbol),
    open: (symbol: string) => {
      location.href = address(symbol);
    },
    why: (symbol: string) => {
      why.open(symbol);
    },
    pin,
  };

  const showRows = () => {
    const { rows } = source;
    note.show();
    if (!rows) return;
    grid?.setRows(rows);
    tools.showRows(rows);
    // What has become shorter ends on its last page.
    if (rows.page > Math.max(1, rows.pages))
      state.change({ page: Math.max(1, rows.pages) });
    if (!grid) return;
    const symbols = [...rows.pinned, ...rows.coins].map(({ symbol }) => symbol);
    sparks.learn(symbols.slice(0, 200)).then(
      (isNew) => {
        if (isNew) grid?.redraw();
      },
      () => undefined, // the lines come with the next rows
    );
  };
  const listen = { signal: life };
  source.addEventListener("rows", showRows, listen);
  source.addEventListener("fault", showRows, listen);
  const alert = part(element, "alert") as HTMLAnchorElement;
  const alertPage = alert.href;
  const showAlert = () => {
    const { expression } = state.view;
    alert.hidden = expression.trim() === "";
    const asked = new URLSearchParams({ scope: "market", expression });
    alert.href = `${alertPage}?${asked.toString()}`;
  };
  state.addEventListener("change", showAlert, listen);
  showAlert();
  state.addEventListener("change", () => grid?.setColumns(), listen);
  element.addEventListener(
    "click",
    (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-act]");
      const symbol = button?.dataset.symbol ?? "";
      if (button?.dataset.act === "pin") pin(symbol);
      else if (button?.dataset.act === "why") why.open(symbol);
    },
    listen,
  );

  source.askNow();
  liveSocket(); // says in the top bar whether the board is there
  void import("../screener/grid").then(({ ScreenerGrid: Grid }) => {
    if (life.aborted) return;
    grid = new Grid(part(element, "grid"), state, acts, sparks, life);
    showRows();
  });
}
