/** One day of the ledger as a picture: whole hours are calm, holes stand out. */

import { make, part, rememberInAddress, setText } from "../lib/dom";
import { count } from "../lib/format";
import {
  allPairs,
  type Hour,
  type LedgerLine,
  notWhole,
  STATES,
  total,
  verdict,
  WORDS,
} from "../market/ledger";

const READ_AGAIN_MS = 30_000;
const SHOWN_LINES = 40;

function words(hour: Hour): string {
  const parts = STATES.filter((state) => hour[state] > 0).map(
    (state) => `${count(hour[state])} ${WORDS[state]}`,
  );
  return `${count(hour.expected)} expected${parts.length ? `: ${parts.join(", ")}` : ""}`;
}

function pictureLine(name: string, hours: readonly Hour[], className = ""): HTMLElement {
  const row = make("tr", className);
  const head = make("th", "", name);
  head.scope = "row";
  row.append(head);
  hours.forEach((hour, place) => {
    const state = verdict(hour);
    const cell = make("td", state === "none" ? "" : `hour-${state}`);
    cell.title = `${name}, ${place}:00 to ${place + 1}:00 UTC: ${words(hour)}`;
    cell.append(make("span", "visually-hidden", words(hour)));
    row.append(cell);
  });
  return row;
}

function picture(lines: readonly LedgerLine[]): HTMLElement {
  const table = make("table", "ledger-table");
  const heads = make("tr");
  heads.append(make("th", "", "UTC"));
  for (let hour = 0; hour < 24; hour += 1) {
    const head = make("th", "", String(hour).padStart(2, "0"));
    head.scope = "col";
    heads.append(head);
  }
  const head = make("thead");
  head.append(heads);
  const body = make("tbody");
  const holes = notWhole(lines);
  body.append(pictureLine("All pairs", allPairs(lines), "all"));
  for (const { symbol, hours } of holes.slice(0, SHOWN_LINES)) {
    body.append(pictureLine(symbol, hours));
  }
  table.append(head, body);
  return table;
}

function sumItems(sum: Hour): HTMLElement[] {
  return (["expected", ...STATES] as const).map((name) => {
    const item = make("div", `mark-${name}`);
    item.append(
      make("dt", "", name === "expected" ? name : WORDS[name]),
      make("dd", "", count(sum[name])),
    );
    return item;
  });
}

function rest(lines: readonly LedgerLine[]): string {
  const holes = notWhole(lines).length;
  if (lines.length === 0) return "The ledger has nothing of this day.";
  if (holes === 0) return `All ${count(lines.length)} pairs are whole.`;
  const shown =
    holes > SHOWN_LINES ? ` The first ${count(SHOWN_LINES)} of them are shown.` : "";
  const these = `${count(holes)} of ${count(lines.length)} pairs have minutes`;
  return `${these} that came late, were halted or are missing.${shown}`;
}

export function mount(element: HTMLElement, life: AbortSignal): void {
  const day = part(element, "day") as HTMLInputElement;
  const state = part(element, "state");
  const today = () => new Date().toISOString().slice(0, 10);
  day.max = today();
  day.value = new URLSearchParams(location.search).get("day") ?? today();

  const show = (lines: LedgerLine[]) => {
    const figure = part(element, "picture");
    figure.hidden = lines.length === 0;
    figure.replaceChildren(picture(lines));
    part(element, "sum").replaceChildren(...sumItems(total(allPairs(lines))));
    setText(state, rest(lines));
  };
  const read = async () => {
    const address = `${element.dataset.address ?? ""}?day=${day.value}`;
    try {
      const answer = await fetch(address, { signal: life });
      if (!answer.ok) throw new Error(`The board answered ${answer.status}.`);
      show(((await answer.json()) as { pairs: LedgerLine[] }).pairs);
    } catch (error) {
      if (life.aborted) return;
      setText(state, `The ledger could not be read. ${String(error)}`);
    }
  };
  day.addEventListener(
    "change",
    () => {
      rememberInAddress({ day: day.value });
      void read();
    },
    { signal: life },
  );
  const timer = setInterval(() => {
    if (day.value === today() && !document.hidden) void read();
  }, READ_AGAIN_MS);
  life.addEventListener("abort", () => {
    clearInterval(timer);
  });
  void read();
}
