import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, expect, test } from "vitest";

import { buildSite } from "../../../cli/build/site.ts";
import { loadSite } from "../../../cli/site/load-site.ts";
import { privateFileProblems } from "../../../cli/site/private-files.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "static-checkout-shop-"));
  await mkdir(join(root, "private/folder"), { recursive: true });
});
afterEach(() => rm(root, { recursive: true }));

const sells = (file: `private/${string}`) => ({
  prices: { "poster-a2": { deliver: [{ kind: "file" as const, name: "Guide", file }] } },
});

test("a file that exists and is small enough is accepted", async () => {
  await writeFile(join(root, "private/guide.pdf"), Buffer.alloc(4_000_000, "x"));
  expect(await privateFileProblems(root, sells("private/guide.pdf"))).toEqual([]);
});

test("a file that is too large for the hosts is refused, with what to do instead", async () => {
  await writeFile(join(root, "private/film.mp4"), Buffer.alloc(4_500_000, "x"));
  expect(await privateFileProblems(root, sells("private/film.mp4"))).toEqual([
    'prices["poster-a2"].deliver[0].file: private/film.mp4 has 4.5 MB, and the hosts let a function send 4 MB at most: move files to a bucket, { bucketKey: "…" }, as docs/delivery.md explains.',
  ]);
});

test.each([
  ["private/nothing.pdf", "is not there"],
  ["private/Guide.pdf", "is not there"],
  ["private/folder", "is a folder"],
  ["private/empty.pdf", "is empty"],
] as const)("%s %s", async (file, problem) => {
  await writeFile(join(root, "private/guide.pdf"), "x");
  await writeFile(join(root, "private/empty.pdf"), "");
  expect((await privateFileProblems(root, sells(file)))[0]).toContain(`${file} ${problem}`);
});

const TYPED = "private/Rezepte/M\u{FC}sli.pdf";
const ON_A_MAC = "private/Rezepte/Mu\u{308}sli.pdf";

test.for([
  [TYPED, ON_A_MAC],
  [ON_A_MAC, TYPED],
] as const)(
  "I12: a file whose name is stored in another Unicode form is found: %s",
  async ([said, stored]) => {
    await mkdir(join(root, "private/Rezepte"));
    await writeFile(join(root, stored), "x");
    expect(await privateFileProblems(root, sells(said))).toEqual([]);
  },
);

test("I12: a file that differs only in case is reported with its name on the disk", async () => {
  await mkdir(join(root, "private/Rezepte"));
  await writeFile(join(root, ON_A_MAC), "x");
  expect(await privateFileProblems(root, sells("private/rezepte/m\u{FC}sli.pdf"))).toEqual([
    `prices["poster-a2"].deliver[0].file: private/rezepte/m\u{FC}sli.pdf is not there; ${ON_A_MAC} is, which differs in capital and small letters, and they count.`,
  ]);
});

test("a folder that is too large for a function is refused, whatever is sold from it", async () => {
  for (let index = 0; index < 11; index += 1) {
    await writeFile(join(root, `private/folder/${index}.zip`), Buffer.alloc(3_900_000, "x"));
  }
  expect((await privateFileProblems(root, {}))[0]).toMatch(/^The folder private holds 42\.9 MB/);
});

test("the build stops at shop.config.ts when a file is missing", async () => {
  const deliver = '[{ kind: "file", name: "Guide", file: "private/guide.pdf" }]';
  await mkdir(join(root, "public"));
  for (const page of ["success.html", "canceled.html"]) await writeFile(join(root, page), "<!doctype html>");
  await writeFile(
    join(root, "shop.config.ts"),
    `export default { prices: { poster: { deliver: ${deliver} } } };`,
  );
  await expect(loadSite(root)).rejects.toThrow(
    /^shop\.config\.ts: prices\["poster"\]\.deliver\[0\]\.file: private\/guide\.pdf is not there/,
  );
});

test("D04: no file of private/ is published", async () => {
  const dist = join(root, "dist");
  await buildSite(ROOT, dist);
  const published = await readdir(dist, { recursive: true });
  const sold = await readdir(join(ROOT, "private"));
  expect(sold).toContain("the-tide-reader.epub");
  expect(published.filter((path) => sold.some((name) => path.endsWith(name)))).toEqual([]);
  expect(published).toContain("success.html");
});
