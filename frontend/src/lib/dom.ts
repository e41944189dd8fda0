/** Small words for the document. */

/** Return the one element that must be there. */
export function part(root: ParentNode, name: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(`[data-part="${name}"]`);
  if (!found) throw new Error(`The page has no part '${name}'.`);
  return found;
}

/** Make an element with a class and a text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className = "",
  text = "",
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** Set a text only where it differs: what stays the same is not painted again. */
export function setText(element: Element, text: string): void {
  if (element.textContent === text) return;
  const only = element.firstChild;
  if (only instanceof Text && !only.nextSibling) only.data = text;
  else element.textContent = text;
}

/** Read the data block that the server wrote under this id. */
export function readData(id: string): unknown {
  const block = document.getElementById(id);
  return block?.textContent ? JSON.parse(block.textContent) : null;
}

/** Put values into the address without a new entry in the history. */
export function rememberInAddress(values: Record<string, string>): void {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(values)) address.searchParams.set(name, value);
  history.replaceState(null, "", address);
}

/** Run a step at most once a frame of the screen. */
export function oncePerFrame(step: () => void): () => void {
  let isPlanned = false;
  return () => {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => {
      isPlanned = false;
      step();
    });
  };
}
