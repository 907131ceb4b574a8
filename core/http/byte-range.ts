export type ByteRange =
  | { kind: "whole" }
  /** Both ends are included. */
  | { kind: "part"; first: number; last: number }
  | { kind: "unsatisfiable" };

/**
 * The part of a file of `size` bytes that a request asks for: https://www.rfc-editor.org/rfc/rfc9110#section-14. A range that we do
 * not understand, or several at once, is ignored, as the standard allows; a download that is resumed asks for one.
 */
export function requestedRange(request: Request, size: number, etag: string): ByteRange {
  if (request.method !== "GET" || !isStillTheSame(request, etag)) return { kind: "whole" };
  const [, from, to] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(request.headers.get("range") ?? "") ?? [];
  if (from === undefined || to === undefined || (from === "" && to === "")) return { kind: "whole" };

  // `-500` is the last 500 bytes.
  const first = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== "" && to !== "" && Number(to) < Number(from)) return { kind: "whole" };
  return first >= size || (from === "" && Number(to) === 0)
    ? { kind: "unsatisfiable" }
    : { kind: "part", first, last };
}

/** `If-Range` guards against gluing two editions together. We send no dates, so a date never matches. */
function isStillTheSame(request: Request, etag: string): boolean {
  const ifRange = request.headers.get("if-range");
  return ifRange === null || ifRange.trim() === etag;
}
