/** Destinations to choose from, one chip each. */

import { make } from "../lib/dom";
import type { Destination } from "./shapes";
import { KIND_LABELS } from "./words";

/** Draw the chips; what is not proved yet can be chosen, and says so. */
export function drawChips(
  place: HTMLElement,
  destinations: readonly Destination[],
  chosen: ReadonlySet<string>,
): void {
  const chips = destinations.map(({ id, kind, name, state, is_ready: isReady }) => {
    const chip = make("label", "chip");
    const box = make("input");
    box.type = "checkbox";
    box.value = id;
    box.checked = chosen.has(id);
    const label = KIND_LABELS[kind] ?? kind;
    chip.append(box, make("span", "", name === label || !name ? label : name));
    const why = state === "paused" ? "paused" : "not ready";
    if (!isReady) chip.append(make("span", "badge badge-warn", why));
    return chip;
  });
  if (chips.length === 0) {
    place.replaceChildren(make("span", "muted", "You have no destination yet."));
  } else place.replaceChildren(...chips);
}

/** Those whose chips are pressed. */
export function chosenIn(place: HTMLElement): string[] {
  return [...place.querySelectorAll<HTMLInputElement>("input:checked")].map(
    ({ value }) => value,
  );
}
