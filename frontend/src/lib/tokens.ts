/** The tokens of `styles/tokens.css`, for what draws on a canvas. */

/** Told to the document after theme, palette or density have changed. */
export const THEME_CHANGED = "theme-changed";

/** Return a token's value under the present theme, or under that of an element. */
export function token(name: string, element: Element = document.documentElement): string {
  return getComputedStyle(element).getPropertyValue(`--${name}`).trim();
}

/** Return a token that is a length or a duration as its number of px or ms. */
export function tokenNumber(
  name: string,
  element: Element = document.documentElement,
): number {
  return parseFloat(token(name, element));
}
