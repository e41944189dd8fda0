/** Brings the live parts of a page to life and lets them go with their element. */

/** `life` ends when the element leaves: everything started must end with it. */
export type Mount = (element: HTMLElement, life: AbortSignal) => void;
export interface Islands {
  /** Small ones, that are part of the page's first script. */
  ready: Record<string, Mount>;
  /** Heavy ones, loaded where a page has them. */
  later: Record<string, () => Promise<{ mount: Mount }>>;
}

const lives = new WeakMap<HTMLElement, AbortController>();

async function start(element: HTMLElement, islands: Islands): Promise<void> {
  // The style guide shows live parts at rest.
  if (lives.has(element) || element.closest("[data-at-rest]")) return;
  const life = new AbortController();
  lives.set(element, life);
  const name = element.dataset.island ?? "";
  const mount = islands.ready[name] ?? (await islands.later[name]?.())?.mount;
  if (!life.signal.aborted) mount?.(element, life.signal);
}

function islandsIn(node: Node): HTMLElement[] {
  if (!(node instanceof HTMLElement)) return [];
  const inside = [...node.querySelectorAll<HTMLElement>("[data-island]")];
  return node.matches("[data-island]") ? [node, ...inside] : inside;
}

/** Mount every island of the page, now and as parts of it come and go. */
export function watchIslands(islands: Islands): void {
  const startAll = (node: Node) => {
    for (const element of islandsIn(node)) void start(element, islands);
  };
  startAll(document.body);
  new MutationObserver((changes) => {
    for (const change of changes) {
      for (const node of change.removedNodes) {
        for (const element of islandsIn(node)) {
          if (!element.isConnected) lives.get(element)?.abort();
        }
      }
      change.addedNodes.forEach(startAll);
    }
  }).observe(document.body, { childList: true, subtree: true });
}
