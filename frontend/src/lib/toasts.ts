/** A word about something that has just happened, said aloud and gone by itself. */

import { make } from "./dom";

export type Tone = "good" | "warn" | "bad" | "";

const GONE_AFTER_MS = 6_000;

/** Something to press in a toast; such a toast stays until it is pressed. */
export interface ToastAction {
  label: string;
  run: () => void;
}

/** Show a toast; returns it, so that whoever asked may take it away. */
export function toast(text: string, tone: Tone = "", action?: ToastAction): HTMLElement {
  const element = make("div", tone ? `toast toast-${tone}` : "toast");
  element.append(make("span", "", text));
  if (action) {
    const button = make("button", "button", action.label);
    button.type = "button";
    button.addEventListener("click", () => {
      element.remove();
      action.run();
    });
    element.append(button);
  } else {
    setTimeout(() => {
      element.remove();
    }, GONE_AFTER_MS);
  }
  document.getElementById("toasts")?.append(element);
  return element;
}
