/** The buttons that choose the length of a candle. */

export function timeframeButtons(
  element: HTMLElement,
  choose: (timeframe: string) => void,
  life: AbortSignal,
): void {
  const buttons = element.querySelectorAll<HTMLButtonElement>("button[data-timeframe]");
  for (const button of buttons) {
    button.addEventListener(
      "click",
      () => {
        for (const one of buttons) one.ariaPressed = String(one === button);
        choose(button.dataset.timeframe ?? "");
      },
      { signal: life },
    );
  }
}
