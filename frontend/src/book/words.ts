/** What is said of a book that is not simply live. */

import type { Connection } from "../lib/socket";
import type { OrderBook } from "./book";

export function bookWords(book: OrderBook, connection: Connection): string {
  if (book.state === "waiting") return "Waiting for the order book…";
  if (connection === "offline") return "The connection is lost; the book is old.";
  if (book.state === "rebuilding") return "The order book is being rebuilt…";
  return "";
}
