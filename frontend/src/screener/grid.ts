/** The table: AG Grid with the modules that it needs, in the colours of the board. */

import {
  CellStyleModule,
  ClientSideRowModelModule,
  ColumnApiModule,
  createGrid,
  createTheme,
  type GridApi,
  type GridOptions,
  HighlightChangesModule,
  iconSetQuartzLight,
  ModuleRegistry,
  PinnedRowModule,
  RenderApiModule,
} from "ag-grid-community";
import { columnsFor, PAIR, SPARK } from "./columns";
import type { PairActs } from "./cells";
import type { Coin, Rows } from "./rows";
import type { Sparks } from "./sparks";
import type { ScreenState } from "./state";

ModuleRegistry.registerModules([
  CellStyleModule,
  ClientSideRowModelModule,
  ColumnApiModule,
  HighlightChangesModule,
  PinnedRowModule,
  RenderApiModule,
]);

const NARROW = matchMedia("(max-width: 767px)");
const CALM = matchMedia("(prefers-reduced-motion: reduce)");

// The tokens themselves: a theme, palette or density that changes changes it too.
const theme = createTheme().withPart(iconSetQuartzLight).withParams({
  backgroundColor: "var(--surface)",
  foregroundColor: "var(--text)",
  textColor: "var(--text)",
  accentColor: "var(--accent)",
  borderColor: "var(--line)",
  browserColorScheme: "inherit",
  fontFamily: "inherit",
  fontSize: "var(--text-s)",
  headerFontSize: "var(--text-xs)",
  headerFontWeight: 500,
  headerTextColor: "var(--muted)",
  headerBackgroundColor: "var(--surface)",
  headerCellHoverBackgroundColor: "var(--hover)",
  headerColumnResizeHandleColor: "transparent",
  rowHoverColor: "var(--hover)",
  rowBorder: "solid 1px var(--line-soft)",
  headerRowBorder: "solid 1px var(--line)",
  pinnedColumnBorder: "solid 1px var(--line-soft)",
  pinnedRowBorder: "solid 1px var(--line)",
  wrapperBorder: "none",
  wrapperBorderRadius: 0,
  spacing: "4px",
  rowHeight: "var(--row)",
  headerHeight: "calc(var(--row) + 4px)",
  cellHorizontalPadding: "var(--cell)",
  valueChangeValueHighlightBackgroundColor: "var(--accent-bg)",
});

export interface GridActs extends PairActs {
  open: (symbol: string) => void;
  why: (symbol: string) => void;
  pin: (symbol: string) => void;
}

export class ScreenerGrid {
  readonly #api: GridApi<Coin>;
  readonly #state: ScreenState;
  readonly #acts: GridActs;
  readonly #sparks: Sparks;
  #columns = "";

  constructor(
    element: HTMLElement,
    state: ScreenState,
    acts: GridActs,
    sparks: Sparks,
    life: AbortSignal,
  ) {
    this.#state = state;
    this.#acts = acts;
    this.#sparks = sparks;
    this.#api = createGrid(element, this.#options());
    this.setColumns();
    const fit = () => {
      this.#columns = "";
      this.setColumns();
    };
    NARROW.addEventListener("change", fit, { signal: life });
    life.addEventListener("abort", () => {
      this.#api.destroy();
    });
  }

  /** Show the columns and the order that the state names. */
  setColumns(): void {
    const { columns, sort } = this.#state.view;
    const wanted = `${columns.join()} ${sort}`;
    if (wanted === this.#columns) return;
    this.#columns = wanted;
    this.#api.setGridOption(
      "columnDefs",
      columnsFor(columns, sort, this.#acts, this.#sparks, NARROW.matches),
    );
  }

  setRows({ coins, pinned }: Rows): void {
    const above = new Set(pinned.map(({ symbol }) => symbol));
    const others = coins.filter(({ symbol }) => !above.has(symbol));
    this.#api.setGridOption("rowData", others);
    this.#api.setGridOption("pinnedTopRowData", pinned);
  }

  /** Draw pairs and lines again: a pin or a line is none of the row's values. */
  redraw(): void {
    this.#api.refreshCells({ columns: [PAIR, SPARK], force: true });
  }

  #options(): GridOptions<Coin> {
    return {
      theme,
      styleNonce: document.getElementById("grid-style")?.nonce ?? "",
      getRowId: ({ data }) => data.symbol,
      animateRows: false,
      cellFlashDuration: CALM.matches ? 0 : 300,
      cellFadeDuration: CALM.matches ? 0 : 200,
      maintainColumnOrder: false,
      suppressDragLeaveHidesColumns: true,
      suppressOverlays: ["loading", "noRows"],
      suppressColumnVirtualisation: false,
      onSortChanged: () => {
        this.#sorted();
      },
      onColumnMoved: ({ finished }) => {
        if (finished) this.#moved();
      },
      onCellClicked: ({ data, event }) => {
        const target = event?.target as Element | null;
        if (data && !target?.closest("button, a")) this.#acts.open(data.symbol);
      },
      onCellKeyDown: ({ data, event }) => {
        if (data && event instanceof KeyboardEvent) this.#press(event, data.symbol);
      },
    };
  }

  #press(event: KeyboardEvent, symbol: string): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const act = { Enter: this.#acts.open, w: this.#acts.why, p: this.#acts.pin }[event.key];
    if (!act) return;
    event.preventDefault();
    act(symbol);
  }

  #sorted(): void {
    const by = this.#api.getColumnState().find(({ sort }) => sort);
    if (!by) return;
    const sort = (by.sort === "desc" ? "-" : "") + by.colId;
    if (sort === this.#state.view.sort) return;
    this.#columns = `${this.#state.view.columns.join()} ${sort}`;
    this.#state.change({ sort });
  }

  #moved(): void {
    const ids = this.#api.getColumnState().map(({ colId }) => colId);
    const columns = ids.filter((id) => id !== PAIR && id !== SPARK);
    this.#columns = `${columns.join()} ${this.#state.view.sort}`;
    this.#state.change({ columns });
  }
}
