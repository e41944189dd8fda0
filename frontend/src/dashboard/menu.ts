/** The menu of a chart, opened beside the button that asks for it. */

const GAP_PX = 4;

export class ChartMenu {
  readonly #menu: HTMLElement;
  #opener: HTMLElement | null = null;

  constructor(
    menu: HTMLElement,
    act: (name: string, opener: HTMLElement) => void,
    life: AbortSignal,
  ) {
    this.#menu = menu;
    const listen = { signal: life };
    menu.addEventListener(
      "click",
      (event) => {
        const item = (event.target as Element).closest<HTMLElement>("[data-act]");
        const opener = this.#opener;
        if (!item || !opener) return;
        menu.hidePopover();
        opener.focus();
        act(item.dataset.act ?? "", opener);
      },
      listen,
    );
    menu.addEventListener(
      "keydown",
      (event) => {
        const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        this.#step(step);
      },
      listen,
    );
  }

  /** Open the menu for the chart whose button this is. */
  open(opener: HTMLElement): void {
    this.#opener = opener;
    this.#menu.showPopover();
    const [at, size] = [opener.getBoundingClientRect(), this.#menu.getBoundingClientRect()];
    const left = Math.max(GAP_PX, at.right - size.width);
    const isBelow = at.bottom + GAP_PX + size.height < innerHeight;
    const top = isBelow
      ? at.bottom + GAP_PX
      : Math.max(GAP_PX, at.top - GAP_PX - size.height);
    this.#menu.style.left = `${left}px`;
    this.#menu.style.top = `${top}px`;
    this.#step(0);
  }

  #step(by: number): void {
    const items = [...this.#menu.querySelectorAll<HTMLElement>("[role=menuitem]")];
    const place = items.indexOf(document.activeElement as HTMLElement);
    items[(place + by + items.length) % items.length]?.focus();
    if (place < 0) items[0]?.focus();
  }
}
