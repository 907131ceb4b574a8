import fc from "fast-check";
import { expect, test } from "vitest";

import { contentTypeOf } from "../../../../../core/delivery/files/content-type.ts";
import { requestedRange } from "../../../../../core/http/byte-range.ts";
import { attachment } from "../../../../../core/http/content-disposition.ts";

const ask = (headers: Record<string, string>, method = "GET") =>
  requestedRange(new Request("https://shop.example/", { method, headers }), 100, '"e"');

test.each([
  ["bytes=0-49", { kind: "part", first: 0, last: 49 }],
  ["bytes=50-", { kind: "part", first: 50, last: 99 }],
  ["bytes=50-5000", { kind: "part", first: 50, last: 99 }],
  ["bytes=99-99", { kind: "part", first: 99, last: 99 }],
  ["bytes=-30", { kind: "part", first: 70, last: 99 }],
  ["bytes=-500", { kind: "part", first: 0, last: 99 }],
  ["BYTES=0-0", { kind: "part", first: 0, last: 0 }],
  ["bytes=100-", { kind: "unsatisfiable" }],
  ["bytes=-0", { kind: "unsatisfiable" }],
  // Not understood, or not a range at all: the whole file, as RFC 9110 says.
  ["bytes=50-20", { kind: "whole" }],
  ["bytes=0-1,5-6", { kind: "whole" }],
  ["bytes=-", { kind: "whole" }],
  ["items=0-1", { kind: "whole" }],
  ["bytes=a-b", { kind: "whole" }],
])("of 100 bytes, %s is %o", (range, expected) => {
  expect(ask({ Range: range })).toEqual(expected);
});

test("a range counts only for GET, and only while the file is still the same", () => {
  expect(ask({ Range: "bytes=5-", "If-Range": '"e"' }).kind).toBe("part");
  expect(ask({ Range: "bytes=5-", "If-Range": '"f"' }).kind).toBe("whole");
  expect(ask({ Range: "bytes=5-", "If-Range": 'W/"e"' }).kind).toBe("whole");
  expect(ask({ Range: "bytes=5-", "If-Range": "Sat, 21 Nov 2026 12:00:00 GMT" }).kind).toBe("whole");
  expect(ask({ Range: "bytes=5-" }, "HEAD").kind).toBe("whole");
});

test.each([
  ["guide.pdf", 'attachment; filename="guide.pdf"'],
  ["Für Gäste.pdf", `attachment; filename="F_r G_ste.pdf"; filename*=UTF-8''F%C3%BCr%20G%C3%A4ste.pdf`],
  ['a"b\\c.pdf', `attachment; filename="a_b_c.pdf"; filename*=UTF-8''a%22b%5Cc.pdf`],
  ["100% (it's).pdf", `attachment; filename="100_ (it's).pdf"; filename*=UTF-8''100%25%20%28it%27s%29.pdf`],
  ["a\r\nSet-Cookie: x=1.pdf", 'attachment; filename="aSet-Cookie: x=1.pdf"'],
  ["潮汐.epub", `attachment; filename="__.epub"; filename*=UTF-8''%E6%BD%AE%E6%B1%90.epub`],
])("%j is sent as %s", (name, header) => {
  expect(attachment(name)).toBe(header);
});

test("any file name makes a header of one line of ASCII, and can be read back from it", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 80 }), (name) => {
      const header = attachment(name);
      expect(header).toMatch(/^attachment; filename="[^"\\]*"(?:; filename\*=UTF-8''[\w!#$&+.^`|~%-]*)?$/);
      expect(header).toMatch(/^[\x20-\x7e]*$/);
      const extended = /filename\*=UTF-8''(.*)$/.exec(header)?.[1];
      const plain = /filename="([^"]*)"/.exec(header)?.[1];
      const kept = name.toWellFormed().replace(/\p{Cc}/gu, "");
      expect(extended === undefined ? plain : decodeURIComponent(extended)).toBe(kept);
      expect(() => new Headers({ "Content-Disposition": header })).not.toThrow();
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["guide.pdf", "application/pdf"],
  ["GUIDE.PDF", "application/pdf"],
  ["tides.epub", "application/epub+zip"],
  ["archive.tar.gz", "application/gzip"],
  ["page.html", "application/octet-stream"],
  ["README", "application/octet-stream"],
  [".constructor", "application/octet-stream"],
])("%s is %s", (name, type) => {
  expect(contentTypeOf(name)).toBe(type);
});
