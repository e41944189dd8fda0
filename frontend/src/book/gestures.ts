/** Wheel, pinch, keys and pointer on a canvas, as intentions. */

export interface Gestures {
  /** 1: see more, in larger buckets; -1: see closer. */
  zoom: (by: 1 | -1) => void;
  /** CSS pixels from the canvas' corner; null when the pointer has left. */
  point: (place: { x: number; y: number } | null) => void;
  /** The cursor by keyboard, in steps. */
  step: (columns: number, rows: number) => void;
}

/** A wheel turns in small steps: so much is one zoom. */
const WHEEL_STEP = 80;
const PINCH_STEP = 1.3;

const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-10, 0],
  ArrowRight: [10, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

export function listenToGestures(
  canvas: HTMLCanvasElement,
  gestures: Gestures,
  life: AbortSignal,
): void {
  const listen = { signal: life };
  listenToKeys(canvas, gestures, life);
  let turned = 0;
  canvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      turned += event.deltaY;
      if (Math.abs(turned) < WHEEL_STEP) return;
      gestures.zoom(turned > 0 ? 1 : -1);
      turned = 0;
    },
    { ...listen, passive: false },
  );
  const fingers = new Map<number, PointerEvent>();
  let spread = 0;
  const place = (event: PointerEvent) => ({ x: event.offsetX, y: event.offsetY });
  const lift = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
  };
  canvas.addEventListener(
    "pointerdown",
    (event) => {
      fingers.set(event.pointerId, event);
      spread = distance(fingers);
      if (fingers.size === 1) gestures.point(place(event));
    },
    listen,
  );
  canvas.addEventListener(
    "pointermove",
    (event) => {
      if (fingers.has(event.pointerId)) fingers.set(event.pointerId, event);
      if (fingers.size < 2) {
        gestures.point(place(event));
        return;
      }
      const now = distance(fingers);
      if (now > spread * PINCH_STEP) gestures.zoom(-1);
      else if (now < spread / PINCH_STEP) gestures.zoom(1);
      else return;
      spread = now;
    },
    listen,
  );
  canvas.addEventListener("pointerup", lift, listen);
  canvas.addEventListener("pointercancel", lift, listen);
  canvas.addEventListener(
    "pointerleave",
    (event) => {
      lift(event);
      // A finger's last place stays, to be read; a mouse takes its cursor along.
      if (event.pointerType === "mouse") gestures.point(null);
    },
    listen,
  );
}

function listenToKeys(
  canvas: HTMLCanvasElement,
  gestures: Gestures,
  life: AbortSignal,
): void {
  canvas.addEventListener(
    "keydown",
    (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const arrow = ARROWS[event.key];
      if (event.key === "+" || event.key === "=") gestures.zoom(-1);
      else if (event.key === "-") gestures.zoom(1);
      else if (event.key === "Escape") gestures.point(null);
      else if (arrow) gestures.step(...arrow);
      else return;
      event.preventDefault();
    },
    { signal: life },
  );
}

function distance(fingers: ReadonlyMap<number, PointerEvent>): number {
  const [one, other] = [...fingers.values()];
  if (!one || !other) return 0;
  return Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
}
