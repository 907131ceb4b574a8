import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";

import { createBucket, type Bucket } from "../../../../../core/delivery/files/bucket.ts";
import { realRuntime } from "../../../../../core/runtime.ts";
import { startLocalBucket, type LocalBucket } from "../../../../support/local-bucket.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const CONTENT = Buffer.from("a large file, in small");

let nowMs = NOW;
let local: LocalBucket;
const runtime = { ...realRuntime(), now: () => nowMs };
const open = (config = local.config): Bucket => createBucket(config, runtime);

beforeAll(async () => {
  local = await startLocalBucket(() => nowMs);
});
beforeEach(() => {
  nowMs = NOW;
  local.interfere = undefined;
  local.objects.clear();
  local.requests.length = 0;
});
afterAll(() => local.close());

const LINK = { method: "GET", fileName: "a.zip", contentType: "application/zip" } as const;

test("a link fetches the file with our type and our name for five minutes", async () => {
  local.objects.set("2026/Für Gäste (1).zip", CONTENT);
  const url = await open().linkTo("2026/Für Gäste (1).zip", {
    method: "GET",
    fileName: "Für Gäste (1).zip",
    contentType: "application/zip",
  });
  const response = await fetch(url);
  expect(response.status).toBe(200);
  expect(Buffer.from(await response.arrayBuffer())).toEqual(CONTENT);
  expect(response.headers.get("content-type")).toBe("application/zip");
  expect(response.headers.get("content-disposition")).toBe(
    `attachment; filename="F_r G_ste (1).zip"; filename*=UTF-8''F%C3%BCr%20G%C3%A4ste%20%281%29.zip`,
  );

  nowMs = NOW + 299_000;
  expect((await fetch(url)).status).toBe(200);
  nowMs = NOW + 300_000;
  expect((await fetch(url)).status).toBe(403);
});

test("a link is good for one file and one method", async () => {
  local.objects.set("one.zip", CONTENT).set("two.zip", CONTENT);
  const bucket = open();
  const url = await bucket.linkTo("one.zip", LINK);
  expect((await fetch(url)).status).toBe(200);
  expect((await fetch(url.replace("one.zip", "two.zip"))).status).toBe(403);
  expect((await fetch(url.replace("a.zip", "b.zip"))).status).toBe(403);
  expect((await fetch(url, { method: "HEAD" })).status).toBe(403);
  expect(
    (await fetch(await bucket.linkTo("one.zip", { ...LINK, method: "HEAD" }), { method: "HEAD" })).status,
  ).toBe(200);
});

test("a key may contain whatever a bucket allows", async () => {
  const bucket = open();
  const keys = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
    .filter((key) => key.isWellFormed() && !key.split("/").some((part) => ["", ".", ".."].includes(part)));
  await fc.assert(
    fc.asyncProperty(keys, async (key) => {
      local.objects.set(key, CONTENT);
      expect((await fetch(await bucket.linkTo(key, LINK))).status).toBe(200);
    }),
    { numRuns: 100 },
  );
});

test.each([
  ["https://s3.eu-central-1.amazonaws.com", "files", "https://files.s3.eu-central-1.amazonaws.com/a/b.zip"],
  ["https://acc.r2.cloudflarestorage.com", "files", "https://files.acc.r2.cloudflarestorage.com/a/b.zip"],
  ["https://t3.storage.dev", "files", "https://files.t3.storage.dev/a/b.zip"],
  [
    "https://s3.eu-central-1.amazonaws.com",
    "my.files",
    "https://s3.eu-central-1.amazonaws.com/my.files/a/b.zip",
  ],
  ["https://x.supabase.co/storage/v1/s3", "files", "https://x.supabase.co/storage/v1/s3/files/a/b.zip"],
  ["http://127.0.0.1:9000", "files", "http://127.0.0.1:9000/files/a/b.zip"],
])("at %s the bucket %s has its files at %s", async (endpoint, name, expected) => {
  const url = await open({ ...local.config, endpoint: new URL(endpoint), name }).linkTo("a/b.zip", LINK);
  expect(url.split("?")[0]).toBe(expected);
});

test("a look finds a file that exists, and names the refusal of one that is missing or forbidden", async () => {
  local.objects.set("2026/Für Gäste (1).zip", CONTENT);
  expect(await open().probe("2026/Für Gäste (1).zip")).toEqual({ kind: "there" });
  expect(await open().probe("2026/für gäste (1).zip")).toEqual({ kind: "refused", status: 404 });
  const wrongKey = open({ ...local.config, secretAccessKey: "another" });
  expect(await wrongKey.probe("2026/Für Gäste (1).zip")).toEqual({ kind: "refused", status: 403 });
  expect(local.requests).toEqual(["HEAD 2026/Für Gäste (1).zip", "HEAD 2026/für gäste (1).zip"]);
});

test.for([429, 500, 503, 301, 307])(
  "a bucket that answers %i has said nothing about the file",
  async (status) => {
    local.interfere = () =>
      new Response(null, { status, headers: { Location: "https://elsewhere.example/" } });
    const reason = `The bucket answered ${status}.`;
    expect(await open().probe("a.zip")).toEqual({ kind: "unknown", reason });
  },
);

test("a look waits at most 1.5 seconds, and survives an unreachable bucket", async () => {
  const asked: number[] = [];
  const bucket = createBucket(local.config, {
    ...runtime,
    fetch: () => new Promise(() => undefined),
    schedule(delayMs, callback) {
      asked.push(delayMs);
      queueMicrotask(callback);
      return () => undefined;
    },
  });
  expect(await bucket.probe("a.zip")).toEqual({ kind: "unknown", reason: "Error: Timed out after 1500 ms." });
  expect(asked).toEqual([1_500]);

  const nobody = open({ ...local.config, endpoint: new URL("http://127.0.0.1:9") });
  expect(await nobody.probe("a.zip")).toMatchObject({ kind: "unknown" });
});
