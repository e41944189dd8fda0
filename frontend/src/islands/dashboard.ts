/** Twelve live charts in the order, pairs and timeframes that a person chooses. */

import type { ChartCell } from "../dashboard/cell";
import { draggable } from "../dashboard/drag";
import { ChartGrid } from "../dashboard/grid";
import { Keeper, keepLayout, type Layout } from "../dashboard/keeper";
import { enlarge } from "../dashboard/large";
import { ChartMenu } from "../dashboard/menu";
import { PairPicker } from "../dashboard/picker";
import { setText } from "../lib/dom";
import { marketOverview } from "../market/overview";

function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no #${id}.`);
  return found;
}

/** Hear what is pressed in a group of buttons that chooses for the whole page. */
function onChosen(name: string, hear: (value: string) => void, life: AbortSignal): void {
  const group = document.querySelector(`[data-choose="${name}"]`);
  const press = (event: Event) => {
    const pressed = (event.target as Element).closest("button");
    if (!pressed || !group) return;
    for (const button of group.querySelectorAll("button")) {
      button.ariaPressed = String(button === pressed);
    }
    hear(pressed.value);
  };
  group?.addEventListener("click", press, { signal: life });
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const grid = new ChartGrid(element, element.dataset.timeframe ?? "15m", life);
  const overview = marketOverview(element.dataset.window ?? "1h");
  const picker = new PairPicker(byId("pair-picker") as HTMLDialogElement, life);
  const large = byId("large-chart") as HTMLDialogElement;
  const say = (text: string) => {
    setText(byId("dashboard-kept"), text);
  };
  const layout = (): Layout => ({
    timeframe: grid.timeframe,
    window: overview.window,
    charts: grid.cells.map(({ symbol, own }) => ({ symbol, timeframe: own })),
  });
  const keeper = new Keeper(layout, say, life);

  const move = (cell: ChartCell, place: number) => {
    const got = grid.move(cell, place);
    keeper.changed();
    say(`${cell.symbol} is chart ${got + 1} of ${grid.cells.length}.`);
  };
  const step = (cell: ChartCell, by: number) => {
    move(cell, grid.cells.indexOf(cell) + by);
  };
  const reset = async () => {
    await keepLayout({ ...layout(), charts: [] });
    location.reload();
  };
  const acts: Record<string, (cell: ChartCell) => unknown> = {
    pick: (cell) => {
      picker.open((symbol) => {
        grid.setPair(cell, symbol);
        keeper.changed();
      });
    },
    enlarge: ({ symbol, timeframe }) => {
      enlarge(large, symbol, timeframe);
    },
    open: ({ symbol }) => {
      location.href = (element.dataset.symbolPage ?? "").replace("SYMBOL", symbol);
    },
    first: (cell) => {
      move(cell, 0);
    },
    earlier: (cell) => {
      step(cell, -1);
    },
    later: (cell) => {
      step(cell, 1);
    },
    reset: () =>
      reset().catch((error: unknown) => {
        say(error instanceof Error ? error.message : "The board is away.");
      }),
  };
  const act = (name: string, from: Element) => {
    const cell = grid.cellAround(from);
    if (cell) acts[name]?.(cell);
  };
  const menu = new ChartMenu(byId("chart-menu"), act, life);

  const listen = { signal: life };
  const press = (event: Event) => {
    const target = event.target as Element;
    const button = target.closest<HTMLElement>("[data-act]");
    if (button?.dataset.act === "menu") menu.open(button);
    else if (button) act(button.dataset.act ?? "", button);
    else if (target.closest(".chart-canvas")) act("open", target);
  };
  const chooseTimeframe = (event: Event) => {
    grid.cellAround(event.target as Element)?.restart();
    keeper.changed();
  };
  element.addEventListener("click", press, listen);
  element.addEventListener("change", chooseTimeframe, listen);
  draggable(
    element,
    (dragged, onto) => {
      const cell = grid.cellAround(dragged);
      if (cell) move(cell, [...element.children].indexOf(onto));
    },
    life,
  );
  const chosen = {
    timeframe: (value: string) => {
      grid.setTimeframe(value);
      keeper.changed();
    },
    window: (value: string) => {
      overview.choose(value);
      keeper.changed();
    },
  };
  onChosen("timeframe", chosen.timeframe, life);
  onChosen("window", chosen.window, life);
}
