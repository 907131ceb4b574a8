import { createHash, createHmac } from "node:crypto";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";

import { createRequestListener } from "@remix-run/node-fetch-server";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createBucket, type BucketConfig } from "../../../core/files/bucket.ts";
import { createDownloadLinks } from "../../../core/files/download-links.ts";
import { filesOf } from "../../../core/files/order-files.ts";
import { fileResponse } from "../../../core/http/file-response.ts";
import { createSigner } from "../../../core/signing/signer.ts";
import { closeServer, listen } from "../../../scripts/dev/listen.ts";
import { ENVIRONMENT, openTestShop } from "../../test-shop.ts";
import { siteOf } from "../../test-site.ts";

const NOW = Date.UTC(2026, 10, 21, 12);
const KEYS = { accessKeyId: "testAccessKey", secretAccessKey: "testSecretKey/with+signs" };
const CONTENT = Buffer.from("a large file, in small");

/** A bucket on loopback. It trusts nobody: AWS's own code checks each signature. */
const objects = new Map<string, Buffer>();
let server: Server;
let config: BucketConfig;
let nowMs = NOW;

beforeAll(async () => {
  server = createServer(createRequestListener(answer));
  const port = await listen(server, 0);
  config = { name: "files-for-sale", endpoint: new URL(`http://127.0.0.1:${port}`), region: "auto", ...KEYS };
});
afterAll(() => closeServer(server));

async function answer(request: Request): Promise<Response> {
  const url = new URL(request.url);
  if (!(await isSigned(request.method, url))) return new Response("<Error/>", { status: 403 });
  const [, bucket, ...key] = url.pathname.split("/").map(decodeURIComponent);
  const bytes = objects.get(key.join("/"));
  if (bucket !== config.name || bytes === undefined) return new Response("<Error/>", { status: 404 });
  const response = fileResponse(request, { bytes: new Uint8Array(bytes), fileName: "", contentType: "" });
  response.headers.set("Content-Type", url.searchParams.get("response-content-type") ?? "");
  response.headers.set("Content-Disposition", url.searchParams.get("response-content-disposition") ?? "");
  return response;
}

interface SignatureV4 {
  presign(request: object, options: object): Promise<{ query: Record<string, string> }>;
}

/** Of the AWS SDK, which brings them along for its own use. */
const fromSdk = createRequire(createRequire(import.meta.url).resolve("@aws-sdk/client-dynamodb"));
const { SignatureV4 } = fromSdk("@smithy/signature-v4") as {
  SignatureV4: new (options: object) => SignatureV4;
};

class Sha256 {
  readonly #hash;
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }
  update(bytes: string | Uint8Array): void {
    this.#hash.update(bytes);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

/** Signs the same request once more, with AWS's code and the key we know, and compares. */
async function isSigned(method: string, url: URL): Promise<boolean> {
  const query = Object.fromEntries(url.searchParams);
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query["X-Amz-Date"] ?? "") ?? [];
  const signedMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const expiresIn = Number(query["X-Amz-Expires"]);
  const unsigned = Object.fromEntries(Object.entries(query).filter(([name]) => !name.startsWith("X-Amz-")));
  const signer = new SignatureV4({
    credentials: KEYS,
    region: "auto",
    service: "s3",
    sha256: Sha256,
    uriEscapePath: false,
  });
  const path = url.pathname
    .split("/")
    .map((part) =>
      encodeURIComponent(decodeURIComponent(part)).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join("/");
  const signed = await signer.presign(
    {
      method,
      protocol: "http:",
      hostname: url.hostname,
      port: Number(url.port),
      path,
      query: unsigned,
      headers: { host: url.host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
    },
    {
      expiresIn,
      signingDate: new Date(signedMs),
      unhoistableHeaders: new Set(["x-amz-content-sha256"]),
      unsignableHeaders: new Set(["x-amz-content-sha256"]),
    },
  );
  const inTime = nowMs >= signedMs && nowMs < signedMs + expiresIn * 1000;
  return inTime && signed.query["X-Amz-Signature"] === query["X-Amz-Signature"];
}

const LINK = { method: "GET", fileName: "a.zip", contentType: "application/zip" } as const;

test("a link fetches the file, as our type and under our name, for five minutes", async () => {
  objects.set("2026/Für Gäste (1).zip", CONTENT);
  const url = await createBucket(config, () => nowMs).linkTo("2026/Für Gäste (1).zip", {
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
  nowMs = NOW;
});

test("a link is good for one file and one method", async () => {
  objects.set("one.zip", CONTENT).set("two.zip", CONTENT);
  const bucket = createBucket(config, () => nowMs);
  const url = await bucket.linkTo("one.zip", LINK);
  expect((await fetch(url)).status).toBe(200);
  expect((await fetch(url.replace("one.zip", "two.zip"))).status).toBe(403);
  expect((await fetch(url.replace("a.zip", "b.zip"))).status).toBe(403);
  expect((await fetch(url, { method: "HEAD" })).status).toBe(403);
  expect(
    (await fetch(await bucket.linkTo("one.zip", { ...LINK, method: "HEAD" }), { method: "HEAD" })).status,
  ).toBe(200);
});

test("a key may hold whatever a bucket allows", async () => {
  const bucket = createBucket(config, () => nowMs);
  const keys = fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 40 })
    .filter((key) => key.isWellFormed() && !key.split("/").some((part) => ["", ".", ".."].includes(part)));
  await fc.assert(
    fc.asyncProperty(keys, async (key) => {
      objects.set(key, CONTENT);
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
  const url = await createBucket({ ...config, endpoint: new URL(endpoint), name }, () => nowMs).linkTo(
    "a/b.zip",
    LINK,
  );
  expect(url.split("?")[0]).toBe(expected);
});

test("a buyer's link leads to the bucket, and a part can be fetched from there", async () => {
  objects.set("big/film.mp4", CONTENT);
  const site = siteOf({
    prices: {
      price_ebook_tides: { deliver: [{ kind: "file", name: "Film", file: { bucketKey: "big/film.mp4" } }] },
    },
  });
  const shop = openTestShop({
    site,
    environment: {
      FILES_BUCKET: config.name,
      FILES_BUCKET_ENDPOINT: config.endpoint.href,
      FILES_BUCKET_REGION: "auto",
      FILES_BUCKET_ACCESS_KEY_ID: KEYS.accessKeyId,
      FILES_BUCKET_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    },
  });
  const orderId = await shop.openSession("price_ebook_tides");
  shop.stripe.buyer.pay(orderId, {});
  await shop.notify(orderId);
  const now = (): number => shop.clock.nowMs;
  const links = createDownloadLinks(
    createSigner([ENVIRONMENT.STRIPE_SECRET_KEY], "download", now),
    ENVIRONMENT.SITE_URL,
    now,
  );
  const [file] = filesOf({ priceId: "price_ebook_tides" }, site);
  const redirect = await shop.app.download(new Request(links.urlOf(orderId, file?.id ?? "", 60_000)));
  shop.close();

  expect(redirect.status).toBe(302);
  expect(redirect.headers.get("cache-control")).toBe("no-store");
  expect(await shop.engine.downloads.of(orderId)).toMatchObject([{ name: "Film", count: 1 }]);
  const location = redirect.headers.get("location") ?? "";
  expect(location).not.toContain(KEYS.secretAccessKey);
  const part = await fetch(location, { headers: { Range: "bytes=2-6" } });
  expect(part.status).toBe(206);
  expect(await part.text()).toBe("large");
  expect(part.headers.get("content-type")).toBe("video/mp4");
});
