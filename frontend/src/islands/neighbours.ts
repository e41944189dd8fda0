/** Links to the pairs before and after take along what is chosen in the address. */

export function mount(element: HTMLElement, life: AbortSignal): void {
  const keepChoices = ({ target }: Event) => {
    const link = target instanceof Element ? target.closest("a") : null;
    if (link) link.search = location.search;
  };
  // Before a key, a click, or a click that opens a new window is acted upon.
  for (const name of ["click", "auxclick", "contextmenu"]) {
    element.addEventListener(name, keepChoices, { signal: life });
  }
}
