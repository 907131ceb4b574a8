import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { createDownloadLinks } from "../../../../core/delivery/files/download-links.ts";
import { createSigner } from "../../../../core/auth/signer.ts";
import { openAsBrowser } from "../../../support/purchase.ts";
import { ENVIRONMENT, openTestShop, type TestShop } from "../../../support/test-shop.ts";
import { siteOf } from "../../../support/test-site.ts";

const DAY_MS = 24 * 3_600_000;
const FILE = Buffer.from("twelve bytes");
const SITE = siteOf({
  supportEmail: "help@shop.example",
  downloadLinkDays: 3,
  prices: {
    price_ebook_tides: {
      deliver: [
        { kind: "file", name: "Gezeiten (EPUB)", file: "private/Gezeiten – für alle.epub" },
        { kind: "text", name: "Thanks", text: "Enjoy." },
      ],
    },
    price_almanac_monthly: { deliver: [{ kind: "file", name: "Issue", file: "private/issue.pdf" }] },
    price_print_deposit: { deliver: [{ kind: "file", name: "Gone", file: "private/not-deployed.pdf" }] },
  },
});

let shop: TestShop;
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "static-checkout-private-"));
  await mkdir(join(folder, "private"));
  await writeFile(join(folder, "private/Gezeiten – für alle.epub"), FILE);
  await writeFile(join(folder, "private/issue.pdf"), FILE);
  shop = openTestShop({ site: SITE, replace: { projectFolder: folder } });
});
afterEach(async () => {
  shop.close();
  await rm(folder, { recursive: true });
});

interface Bought {
  orderId: string;
  cookie: string;
}

async function buy(priceId = "price_ebook_tides", pay: object | undefined = {}): Promise<Bought> {
  const { sessionId: orderId, cookie } = await openAsBrowser(shop.app, priceId);
  shop.stripe.buyer.pay(orderId, pay);
  await shop.notify(orderId);
  return { orderId, cookie };
}

interface Personal {
  deliveries: { kind: string; name: string; url: string; text?: string }[];
  revokedBecause?: string;
}

async function personalOf({ orderId, cookie }: Bought): Promise<Personal> {
  const response = await shop.app.orderStatus(
    new Request(`https://shop.example/api/order-status?session_id=${orderId}`, {
      headers: { Cookie: cookie },
    }),
  );
  return ((await response.json()) as { personal: Personal }).personal;
}

async function linkOf(bought: Bought): Promise<string> {
  return (await personalOf(bought)).deliveries[0]?.url ?? "";
}

function download(url: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
  return shop.app.download(new Request(url, { method, headers }));
}

/** Delivers every event that Stripe has made so far. */
async function deliverEvents(): Promise<void> {
  for (const { type, snapshot } of Object.values(shop.stripe.state().events)) {
    expect((await shop.notify(snapshot.id, type)).status, type).toBe(200);
  }
}

const paymentOf = ({ orderId }: Bought): string =>
  String(shop.stripe.state().checkoutSessions[orderId]?.payment_intent);

test("a file keeps its name, umlauts and all, and its bytes", async () => {
  const response = await download(await linkOf(await buy()));
  expect(response.status).toBe(200);
  expect(response.headers.get("content-disposition")).toBe(
    `attachment; filename="Gezeiten _ f_r alle.epub"; filename*=UTF-8''Gezeiten%20%E2%80%93%20f%C3%BCr%20alle.epub`,
  );
  expect(response.headers.get("content-length")).toBe("12");
  expect(Buffer.from(await response.arrayBuffer())).toEqual(FILE);
});

test("D02: a link that is followed endlessly causes no more reads of its order until the next minute", async () => {
  const link = await linkOf(await buy());
  const follow = (): Promise<Response> => shop.app.download(new Request(link), { ip: "192.0.2.9" });
  for (let index = 0; index < 300; index += 1) expect((await follow()).status).toBe(200);
  const before = shop.stripe.calls().length;
  const refused = await follow();
  expect(refused.status).toBe(429);
  expect(refused.headers.get("Retry-After")).toBe("60");
  expect(shop.stripe.calls()).toHaveLength(before);
  shop.clock.nowMs += 60_000;
  expect((await follow()).status).toBe(200);
});

test("D04: no file is sent before the payment arrives, not even for a signed link", async () => {
  const fileId = new URL(await linkOf(await buy())).searchParams.get("token")?.split(".")[1] ?? "";
  const bought = await buy("price_ebook_tides", { delayed: "succeeds" });
  const now = (): number => shop.clock.nowMs;
  const signer = createSigner([ENVIRONMENT.STRIPE_SECRET_KEY], "download", now);
  const link = createDownloadLinks(signer, ENVIRONMENT.SITE_URL, now).urlOf(
    bought.orderId,
    fileId,
    now() + DAY_MS,
  );
  expect((await personalOf(bought)).deliveries).toEqual([]);
  expect((await download(link)).status).toBe(403);

  shop.stripe.account.settleDelayed(bought.orderId);
  await deliverEvents();
  expect((await download(link)).status).toBe(200);
});

test("D04: a full refund closes the link and says why; a refund that fails opens it again", async () => {
  const bought = await buy();
  const link = await linkOf(bought);
  const refund = shop.stripe.account.refund(paymentOf(bought));
  await deliverEvents();
  const closed = await download(link, { Accept: "text/html" });
  expect(closed.status).toBe(403);
  expect(await closed.text()).toContain("The order was refunded, so its downloads are closed.");
  expect(await personalOf(bought)).toMatchObject({ deliveries: [], revokedBecause: "refunded" });

  shop.stripe.account.failRefund(refund.id);
  await deliverEvents();
  expect((await download(link)).status).toBe(200);
  expect((await personalOf(bought)).revokedBecause).toBeUndefined();
});

test("D04: a partial refund closes nothing", async () => {
  const bought = await buy();
  shop.stripe.account.refund(paymentOf(bought), 500);
  await deliverEvents();
  expect((await download(await linkOf(bought))).status).toBe(200);
});

test("D04: a dispute leaves the link open until it is lost", async () => {
  const bought = await buy();
  const link = await linkOf(bought);
  const dispute = shop.stripe.account.dispute(paymentOf(bought));
  await deliverEvents();
  expect((await download(link)).status).toBe(200);
  shop.stripe.account.loseDispute(dispute.id);
  await deliverEvents();
  const closed = await download(link, { Accept: "text/html" });
  expect(closed.status).toBe(403);
  expect(await closed.text()).toContain("Your bank took the payment back");
  expect(await personalOf(bought)).toMatchObject({ deliveries: [], revokedBecause: "dispute_lost" });
});

test("D04: a dispute that is won opens the link again that the record had closed", async () => {
  const bought = await buy();
  const link = await linkOf(bought);
  const dispute = shop.stripe.account.dispute(paymentOf(bought));
  const stored = await shop.store.readControl(bought.orderId);
  if (stored === undefined) throw new Error("there is no order");
  const { control, version } = stored;
  const lost = { ...control, mirror: { ...control.mirror, dispute: "lost" as const } };
  await shop.store.writeControl(bought.orderId, version, lost);
  expect((await download(link)).status).toBe(403);

  shop.stripe.account.winDispute(dispute.id);
  await deliverEvents();
  expect((await download(link)).status).toBe(200);
});

test("D04: a subscription that has ended closes its downloads", async () => {
  const bought = await buy("price_almanac_monthly");
  const link = await linkOf(bought);
  expect((await download(link)).status).toBe(200);
  const subscription = String(shop.stripe.state().checkoutSessions[bought.orderId]?.subscription);
  shop.stripe.account.cancelSubscription(subscription);
  await deliverEvents();
  const closed = await download(link);
  expect(closed.status).toBe(403);
  expect(await closed.text()).toContain("The subscription has ended");
});

test("D41: a link on the page works for an hour, and the page then makes a new one", async () => {
  const bought = await buy();
  const link = await linkOf(bought);
  shop.clock.nowMs += 3_600_000 - 1_000;
  expect((await download(link)).status).toBe(200);
  shop.clock.nowMs += 1_000;
  const expired = await download(link, { Accept: "text/html" });
  expect(expired.status).toBe(403);
  expect(await expired.text()).toContain("Open your order page for a new one");
  expect((await download(await linkOf(bought))).status).toBe(200);
});

test("D04: a link signed with another secret is refused", async () => {
  const link = await linkOf(await buy());
  const other = openTestShop({
    site: SITE,
    environment: { SIGNING_SECRET: "another-secret-of-32-characters-x" },
  });
  expect((await other.app.download(new Request(link))).status).toBe(403);
  other.close();
});

test("a download is counted once, however often it is resumed or requested with HEAD", async () => {
  const bought = await buy();
  const link = await linkOf(bought);
  await download(link);
  await download(link, {}, "HEAD");
  await download(link, { Range: "bytes=5-" });
  await download(link, { Range: "bytes=0-4" });
  await download(`${link}x`);
  expect(await shop.storage.downloads.of(bought.orderId)).toEqual([
    { name: "Gezeiten (EPUB)", count: 2, firstMs: shop.clock.nowMs, lastMs: shop.clock.nowMs },
  ]);
});

test("a file is sent even if the download cannot be counted", async () => {
  const { storage } = shop;
  storage.downloads.add = async () => {
    throw new Error("throttled");
  };
  expect((await download(await linkOf(await buy()))).status).toBe(200);
  expect(shop.log).toContainEqual(expect.objectContaining({ event: "download_not_counted" }));
});

test("C15: the log names order and file, and never the token", async () => {
  const link = await linkOf(await buy());
  await download(link);
  const lines = JSON.stringify(shop.log);
  expect(lines).toContain('"route":"download"');
  expect(lines).not.toContain(new URL(link).searchParams.get("token")?.split(".").at(-1));
});

test("a file that was not deployed gets 500, a page for the buyer and the file's name in the log", async () => {
  const bought = await buy("price_print_deposit", {});
  const response = await download(await linkOf(bought), { Accept: "text/html" });
  expect(response.status).toBe(500);
  expect(await response.text()).toContain("mailto:help@shop.example");
  expect(JSON.stringify(shop.log)).toContain(
    "private/not-deployed.pdf is not among the files that were deployed",
  );
});

test("while the store cannot be reached, the buyer is asked to try the download again", async () => {
  const link = await linkOf(await buy());
  shop.store.peekControl = async () => {
    throw new Error("down");
  };
  const response = await download(link);
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("5");
});

test("earlier buyers get the new edition when the owner replaces a file", async () => {
  const link = await linkOf(await buy());
  const before = (await download(link)).headers.get("etag");
  await writeFile(join(folder, "private/Gezeiten – für alle.epub"), "second edition");
  const after = await download(link);
  expect(await after.text()).toBe("second edition");
  expect(after.headers.get("etag")).not.toBe(before);
});

test("a shop that sells a file of a bucket and names no bucket is closed, and the log says why", async () => {
  const closed = openTestShop({
    site: siteOf({
      prices: { price_x: { deliver: [{ kind: "file", name: "Big", file: { bucketKey: "big.zip" } }] } },
    }),
  });
  expect((await closed.app.health(new Request("https://shop.example/api/health"))).status).toBe(503);
  expect(JSON.stringify(closed.log)).toContain(
    "FILES_BUCKET is not set although shop.config.ts sells a file from a bucket",
  );
  closed.close();
});

test("links in the mail work for as many days as shop.config.ts says, and no longer", async () => {
  await buy();
  const [mail] = shop.mails;
  expect(mail?.text).toContain("Gezeiten (EPUB)");
  expect(mail?.text).toContain("The link works for 3 days.");
  expect(mail?.text).toContain("Enjoy.");
  const link = /https:\/\/shop\.example\/api\/download\?token=[\w.-]+/.exec(mail?.text ?? "")?.[0] ?? "";
  expect(mail?.html).toContain(link);
  shop.clock.nowMs += 3 * DAY_MS - 1_000;
  expect((await download(link)).status).toBe(200);
  shop.clock.nowMs += DAY_MS + 1_000;
  expect((await download(link)).status).toBe(403);
});

test("D41: links in the mail work for three days unless shop.config.ts says otherwise", async () => {
  shop.close();
  const { downloadLinkDays: _, ...rest } = SITE.shop;
  shop = openTestShop({ site: siteOf(rest), replace: { projectFolder: folder } });
  await buy();
  expect(shop.mails[0]?.text).toContain("The link works for 3 days.");
});

test("D43: with orders in Stripe, many downloads at once share one look, which is never older than five seconds", async () => {
  shop.close();
  shop = openTestShop({ site: SITE, engine: "stripe", replace: { projectFolder: folder } });
  const bought = await buy();
  const link = await linkOf(bought);
  shop.clock.nowMs += 10_000;
  const before = shop.stripe.calls().length;
  const answers = await Promise.all(Array.from({ length: 200 }, () => download(link)));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(shop.stripe.calls().length - before).toBeLessThanOrEqual(4);
  shop.stripe.account.refund(paymentOf(bought));
  await deliverEvents();
  shop.clock.nowMs += 5_000;
  expect((await download(link)).status).toBe(403);
});
