/** Moving a chart with the pointer; its menu does the same without one. */

const BEGINS_AFTER_PX = 6;

interface Drag {
  cell: HTMLElement;
  x: number;
  y: number;
  isMoving: boolean;
}

/**
 * Let the heads of the cells be dragged onto others.
 *
 * `drop` hears which cell was put onto which. A finger scrolls the page instead.
 */
export function draggable(
  grid: HTMLElement,
  drop: (cell: HTMLElement, onto: HTMLElement) => void,
  life: AbortSignal,
): void {
  let drag: Drag | null = null;
  const cellAt = (target: EventTarget | null) =>
    target instanceof Element ? target.closest<HTMLElement>(".chart-cell") : null;
  const below = (event: PointerEvent) =>
    document
      .elementsFromPoint(event.clientX, event.clientY)
      .map(cellAt)
      .find((cell) => cell && cell !== drag?.cell) ?? null;
  const mark = (onto: HTMLElement | null) => {
    for (const marked of grid.querySelectorAll(".is-target")) {
      if (marked !== onto) marked.classList.remove("is-target");
    }
    onto?.classList.add("is-target");
  };
  const end = () => {
    if (!drag) return;
    drag.cell.classList.remove("is-dragged");
    drag.cell.style.transform = "";
    mark(null);
    drag = null;
  };

  const listen = { signal: life };
  grid.addEventListener(
    "pointerdown",
    (event) => {
      const target = event.target as Element;
      if (event.button !== 0 || event.pointerType === "touch") return;
      if (!target.closest(".chart-head") || target.closest("select")) return;
      const cell = cellAt(target);
      if (cell) drag = { cell, x: event.clientX, y: event.clientY, isMoving: false };
    },
    listen,
  );
  document.addEventListener(
    "pointermove",
    (event) => {
      if (!drag) return;
      const [x, y] = [event.clientX - drag.x, event.clientY - drag.y];
      if (!drag.isMoving && Math.hypot(x, y) < BEGINS_AFTER_PX) return;
      drag.isMoving = true;
      drag.cell.classList.add("is-dragged");
      drag.cell.style.transform = `translate(${x}px, ${y}px)`;
      mark(below(event));
    },
    listen,
  );
  document.addEventListener(
    "pointerup",
    (event) => {
      const { cell, isMoving } = drag ?? {};
      const onto = isMoving ? below(event) : null;
      end();
      if (!cell || !isMoving) return;
      // The press that moved a chart must not also open its search.
      const swallow = (click: Event) => {
        click.stopPropagation();
      };
      grid.addEventListener("click", swallow, { capture: true, once: true });
      setTimeout(() => {
        grid.removeEventListener("click", swallow, { capture: true });
      });
      if (onto) drop(cell, onto);
    },
    listen,
  );
  document.addEventListener("pointercancel", end, listen);
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape") end();
    },
    listen,
  );
}
