/** The expression in colours, with its faults underlined, behind the text that is typed. */

import { make } from "../lib/dom";

export interface Problem {
  /** 1-based, both ends included. */
  start: number;
  end: number;
  message: string;
  suggestion: string;
}

const TOKENS = /[A-Za-z_]\w*|\d[\w.]*|"[^"]*"?|'[^']*'?|\s+|./gs;
const WORDS = new Set(["and", "or", "not", "in"]);

function kindOf(token: string, isCall: boolean): string {
  if (WORDS.has(token)) return "ask-word";
  if (/^[A-Za-z_]/.test(token)) return isCall ? "ask-call" : "ask-name";
  if (/^[\d"']/.test(token)) return "ask-value";
  return "";
}

/** Draw a text; tokens that a problem touches are underlined. */
export function drawMirror(
  mirror: HTMLElement,
  text: string,
  problems: readonly Problem[],
): void {
  const parts = [...text.matchAll(TOKENS)].map((match) => {
    const [start, end] = [match.index + 1, match.index + match[0].length];
    const isCall = text[end] === "(";
    const isFault = problems.some((one) => one.start <= end && one.end >= start);
    const kind = kindOf(match[0], isCall);
    return make("span", isFault ? `${kind} ask-fault` : kind, match[0]);
  });
  // What is missing lies after the end, where there is nothing to underline.
  const isAtEnd = problems.some(({ start }) => start > text.length);
  parts.push(make("span", isAtEnd ? "ask-fault" : "", " "));
  mirror.replaceChildren(...parts);
}
