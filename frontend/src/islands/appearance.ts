/** Theme, palette and density: chosen in one menu, kept in this browser. */

import { THEME_CHANGED, token } from "../lib/tokens";

export function mount(element: HTMLElement, life: AbortSignal): void {
  const root = document.documentElement;
  const browserBar = document.querySelector<HTMLMetaElement>("meta[name=theme-color]");
  const radios = [...element.querySelectorAll<HTMLInputElement>("input[type=radio]")];

  for (const radio of radios) {
    const kept = root.dataset[radio.name];
    if (kept) radio.checked = radio.value === kept;
  }
  const colorBrowserBar = () => {
    if (browserBar) browserBar.content = token("surface");
  };
  element.addEventListener(
    "change",
    (event) => {
      const { name, value } = event.target as HTMLInputElement;
      root.dataset[name] = value;
      localStorage.setItem(name, value);
      colorBrowserBar();
      document.dispatchEvent(new Event(THEME_CHANGED));
    },
    { signal: life },
  );
  colorBrowserBar();
}
