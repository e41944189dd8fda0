/** Tabs: one panel in sight; arrow keys, Home and End walk them (WAI-ARIA, tabs). */

const STEPS: Record<string, (place: number, last: number) => number> = {
  ArrowRight: (place, last) => (place === last ? 0 : place + 1),
  ArrowLeft: (place, last) => (place === 0 ? last : place - 1),
  Home: () => 0,
  End: (_, last) => last,
};

export function mount(element: HTMLElement, life: AbortSignal): void {
  const tabs = [...element.querySelectorAll<HTMLElement>("[role=tab]")];

  const choose = (chosen: HTMLElement) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.ariaSelected = String(isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
      if (panel) panel.hidden = !isChosen;
    }
  };
  element.addEventListener(
    "click",
    (event) => {
      const tab = (event.target as Element).closest<HTMLElement>("[role=tab]");
      if (tab) choose(tab);
    },
    { signal: life },
  );
  element.addEventListener(
    "keydown",
    (event) => {
      const place = tabs.indexOf(event.target as HTMLElement);
      const next = tabs[STEPS[event.key]?.(place, tabs.length - 1) ?? -1];
      if (place < 0 || !next) return;
      event.preventDefault();
      choose(next);
      next.focus();
    },
    { signal: life },
  );
}
