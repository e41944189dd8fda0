/** One alert in the list. */

import { make } from "../lib/dom";
import { bars } from "./bars";
import { icon, iconButton, time } from "./pieces";
import type { Alert, Destination } from "./shapes";
import { KIND_LABELS, stateWords, watchedWords } from "./words";

export interface Surroundings {
  fires: ReadonlyMap<number, number[]>;
  places: ReadonlyMap<string, Destination>;
  /** Names of watchlists and screens. */
  names: ReadonlyMap<string, string>;
  alertPage: string;
  editPage: string;
}

/** The address of one alert's page, whose pattern has a 0 in its place. */
export function addressOf(pattern: string, id: number): string {
  return pattern.replace("/0/", `/${id}/`);
}

const BADGES: Record<Alert["state"], string> = {
  open: "badge-warn",
  active: "badge-accent",
  waiting: "",
  paused: "",
  finished: "",
  expired: "",
};

function told(alert: Alert, places: Surroundings["places"]): HTMLElement {
  const cell = make("span", "alert-tells");
  for (const id of alert.destinations) {
    const place = places.get(id);
    if (!place) continue;
    const label = `${KIND_LABELS[place.kind] ?? place.kind}: ${place.name}`;
    const mark = make("span", place.is_ready ? "tell" : "tell tell-off");
    mark.role = "img";
    mark.ariaLabel = place.is_ready ? label : `${label}, not ready`;
    mark.title = mark.ariaLabel;
    mark.append(icon(place.kind));
    cell.append(mark);
  }
  if (cell.childElementCount === 0) cell.append(make("span", "muted", "nobody"));
  return cell;
}

function acts(alert: Alert, { editPage }: Surroundings): HTMLElement {
  const cell = make("span", "alert-acts");
  const isOver = alert.state === "finished" || alert.state === "expired";
  const isPaused = alert.state === "paused";
  const hold = isPaused
    ? iconButton("play", `Resume ${alert.name}`)
    : iconButton("pause", `Pause ${alert.name}`);
  hold.value = isPaused ? "resume" : "pause";
  hold.disabled = isOver;
  const edit = make("a", "icon-button");
  edit.href = addressOf(editPage, alert.id);
  edit.ariaLabel = edit.title = `Edit ${alert.name}`;
  edit.append(icon("edit"));
  const more = iconButton("more", `More of ${alert.name}`);
  more.value = "more";
  more.ariaHasPopup = "menu";
  cell.append(hold, edit, more);
  return cell;
}

/** Make the line of an alert. */
export function alertLine(alert: Alert, around: Surroundings): HTMLLIElement {
  const line = make("li", `alert-line is-${alert.state}`);
  line.dataset.id = String(alert.id);
  const name = make("span", "alert-name");
  const link = make("a", "", alert.name);
  link.href = addressOf(around.alertPage, alert.id);
  const words = make("span", "alert-words muted", alert.words);
  words.title = alert.expression;
  name.append(link, words);
  const state = make("span", "alert-state");
  state.append(make("span", `badge ${BADGES[alert.state]}`, stateWords(alert)));
  const fires = make("span", "alert-fires");
  const counts = around.fires.get(alert.id) ?? Array.from({ length: 7 }, () => 0);
  const total = counts.reduce((sum, one) => sum + one, 0);
  fires.append(bars(counts), make("span", "num muted", String(total)));
  const last = make("span", "alert-last muted");
  if (alert.last_fired_ms === null) last.append("never");
  else last.append(time(alert.last_fired_ms));
  const watches = make("span", "alert-watches", watchedWords(alert, around.names));
  line.append(name, watches, state, fires, last, told(alert, around.places));
  line.append(acts(alert, around));
  return line;
}
