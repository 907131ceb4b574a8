import { afterEach, beforeEach, expect, test } from "vitest";

import { createDownloadLinks } from "../../../../../core/delivery/files/download-links.ts";
import { filesOf } from "../../../../../core/delivery/files/order-files.ts";
import { createSigner } from "../../../../../core/auth/signer.ts";
import { startLocalBucket, type LocalBucket } from "../../../../support/local-bucket.ts";
import { ENVIRONMENT, openTestShop, type TestShop } from "../../../../support/test-shop.ts";
import { siteOf } from "../../../../support/test-site.ts";

const KEY = "big/film.mp4";
const CONTENT = Buffer.from("a large file, in small");
const SITE = siteOf({
  supportEmail: "help@shop.example",
  prices: { price_ebook_tides: { deliver: [{ kind: "file", name: "Film", file: { bucketKey: KEY } }] } },
});

let bucket: LocalBucket;
let shop: TestShop;
let orderId: string;
let link: string;

beforeEach(async () => {
  bucket = await startLocalBucket(() => shop.clock.nowMs);
  bucket.objects.set(KEY, CONTENT);
  shop = openTestShop({ site: SITE, environment: bucket.environment, replace: { fetch: outside } });
  orderId = await shop.openSession("price_ebook_tides");
  shop.stripe.buyer.pay(orderId, {});
  await shop.notify(orderId);
  link = linkTo(orderId);
});
afterEach(async () => {
  shop.close();
  await bucket.close();
});

/** Stripe is simulated; the bucket is not. */
const outside: typeof fetch = (input, init) => {
  const request = new Request(input, init);
  return request.url.startsWith(bucket.config.endpoint.href) ? fetch(request) : shop.stripe.fetch(request);
};

function linkTo(order: string): string {
  const now = (): number => shop.clock.nowMs;
  const signer = createSigner([ENVIRONMENT.STRIPE_SECRET_KEY], "download", now);
  const [file] = filesOf({ priceId: "price_ebook_tides" }, SITE);
  return createDownloadLinks(signer, ENVIRONMENT.SITE_URL, now).urlOf(order, file?.id ?? "", now() + 60_000);
}

function download(headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
  return shop.app.download(new Request(link, { method, headers }));
}

test("a buyer's link redirects to the bucket, which also serves a part of the file", async () => {
  const redirect = await download();
  expect(redirect.status).toBe(302);
  expect(redirect.headers.get("cache-control")).toBe("no-store");
  expect(await shop.storage.downloads.of(orderId)).toMatchObject([{ name: "Film", count: 1 }]);
  const location = redirect.headers.get("location") ?? "";
  expect(location).not.toContain(bucket.config.secretAccessKey);
  const part = await outside(location, { headers: { Range: "bytes=2-6" } });
  expect(part.status).toBe(206);
  expect(await part.text()).toBe("large");
  expect(part.headers.get("content-type")).toBe("video/mp4");
  expect(bucket.requests).toEqual([`HEAD ${KEY}`, `GET ${KEY}`]);
});

test("a HEAD request is redirected to an address that allows HEAD", async () => {
  const redirect = await download({}, "HEAD");
  expect(redirect.status).toBe(302);
  expect((await outside(redirect.headers.get("location") ?? "", { method: "HEAD" })).status).toBe(200);
});

test("a file missing from the bucket gets a page that says whom to ask, and a log line that names the file", async () => {
  bucket.objects.clear();
  const response = await download({ Accept: "text/html" });
  const page = await response.text();
  expect(response.status).toBe(404);
  expect(response.headers.get("location")).toBeNull();
  expect(page).toContain("We cannot find this file");
  expect(page).toContain("the mistake is ours, and your order is fine");
  expect(page).toContain("mailto:help@shop.example");
  expect(page).not.toMatch(/film\.mp4|NoSuchKey|127\.0\.0\.1/);
  expect(shop.log).toContainEqual(
    expect.objectContaining({
      level: "error",
      event: "file_missing",
      orderId,
      problem: expect.stringContaining('FILES_BUCKET answered 404 for "big/film.mp4"'),
    }),
  );
  expect(await shop.storage.downloads.of(orderId)).toEqual([]);
  expect((await shop.store.readControl(orderId))?.control.state).toBe("fulfilled");

  expect(await (await download()).json()).toMatchObject({ error: { code: "file_missing" } });
  bucket.objects.set(KEY, CONTENT);
  expect((await download()).status).toBe(302);
});

// Without s3:ListBucket, S3 answers 403 for a missing file: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
test("a bucket that answers 403 for a missing file gets the same page", async () => {
  bucket.interfere = () => new Response(null, { status: 403 });
  expect((await download()).status).toBe(404);
  expect(JSON.stringify(shop.log)).toContain("FILES_BUCKET answered 403");
});

test("the shop does not wait for a silent or busy bucket: the buyer is redirected to it", async () => {
  bucket.interfere = () => new Response(null, { status: 503 });
  expect((await download()).status).toBe(302);
  await bucket.close();
  expect((await download()).status).toBe(302);
  const warnings = shop.log.filter(({ event }) => event === "bucket_not_asked");
  expect(warnings).toHaveLength(2);
  expect(warnings[0]).toMatchObject({ level: "warn", orderId, error: "The bucket answered 503." });
  expect(JSON.stringify(shop.log)).not.toContain("X-Amz-Signature");
  expect(await shop.storage.downloads.of(orderId)).toMatchObject([{ count: 2 }]);
});

test("D04: a request that may not have the file never reaches the bucket", async () => {
  shop.stripe.account.refund(String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent));
  await shop.notify(orderId);
  expect((await download()).status).toBe(403);
  expect(bucket.requests).toEqual([]);
});
