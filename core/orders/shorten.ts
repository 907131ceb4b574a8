import { MAX_ERROR_LENGTH } from "./order.ts";

/** As much of an error as a record has room for. */
export function shorten(error: string): string {
  return error.slice(0, MAX_ERROR_LENGTH);
}
