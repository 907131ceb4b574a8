import fc from "fast-check";

/** Characters that trip up parsers: quotes, controls, direction marks, half pairs, other scripts' digits. */
export const oddText = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ maxLength }),
    fc.string({ unit: "binary", maxLength }),
    fc
      .array(
        fc.constantFrom(
          "\0",
          "\n",
          "\u2028",
          "\u202e",
          "\ufeff",
          "\ud800",
          "é",
          "１",
          "%00",
          "%ff",
          "..",
          "/",
          "{",
          '"',
          "=",
          "&",
          ",",
        ),
        {
          maxLength,
        },
      )
      .map((parts) => parts.join("")),
  );

/** What a header may contain: anything else is refused before a handler is called. */
export const headerText = (maxLength: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.string({ unit: fc.constantFrom(...'tv10=,; .-+x"[]{}'.split("")), maxLength }),
    fc.string({
      unit: fc
        .integer({ min: 0x20, max: 0xff })
        .filter((code) => code !== 0x7f)
        .map((code) => String.fromCharCode(code)),
      maxLength,
    }),
  );

/** A `Request`, or undefined where the platform itself would refuse these headers. */
export function tryRequest(
  path: string,
  headers: Record<string, string>,
  body: string | Uint8Array<ArrayBuffer>,
): Request | undefined {
  try {
    return new Request(`https://shop.example/api/${path}`, { method: "POST", headers, body });
  } catch {
    return undefined;
  }
}
