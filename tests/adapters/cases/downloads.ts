import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { readFile } from "node:fs/promises";

import type { AdapterCase } from "../adapter-case.ts";
import { expectAcknowledged, expectError } from "../expect-answer.ts";
import { openAsBrowser } from "../purchase.ts";
import { BUYER, type ShopUnderTest } from "../shop-under-test.ts";

const EBOOK = "price_ebook_tides";
const FILE = new URL("../../../private/the-tide-reader.epub", import.meta.url);

/** Files of the folder private/, as the functions of this project send them. */
export const downloadCases: readonly AdapterCase[] = [
  {
    name: "D04: only the browser that opened the checkout is told the links",
    async run(shop) {
      const { sessionId, cookie } = await openAsBrowser(shop, EBOOK);
      await payFor(shop, sessionId);
      assert.equal((await statusOf(shop, sessionId, ""))["personal"], undefined);
      assert.deepEqual(
        (await deliveriesOf(shop, sessionId, cookie)).map(({ name }) => name),
        ["The Tide Reader (EPUB)", "The Tide Reader (PDF)"],
      );
    },
  },
  {
    name: "download sends every byte of the file, with its name and type",
    async run(shop) {
      const response = await shop.send("download", { query: await boughtLink(shop) });
      const file = await readFile(FILE);
      assert.equal(response.status, 200);
      assert.ok(Buffer.from(await response.arrayBuffer()).equals(file), "other bytes");
      assert.equal(response.headers.get("content-type"), "application/epub+zip");
      assert.equal(
        response.headers.get("content-disposition"),
        'attachment; filename="the-tide-reader.epub"',
      );
      assert.equal(response.headers.get("accept-ranges"), "bytes");
      assert.equal(response.headers.get("cache-control"), "no-store");
      assert.equal(response.headers.get("referrer-policy"), "no-referrer");
    },
  },
  {
    name: "download answers HEAD without a body",
    async run(shop) {
      const response = await shop.send("download", { method: "HEAD", query: await boughtLink(shop) });
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "application/epub+zip");
      assert.equal(await response.text(), "");
    },
  },
  {
    name: "download resumes where it stopped, unless the file has changed since",
    async run(shop) {
      const query = await boughtLink(shop);
      const file = await readFile(FILE);
      const etag = (await shop.send("download", { query })).headers.get("etag") ?? "";
      assert.match(etag, /^"[\w-]{22}"$/);

      const rest = await shop.send("download", {
        query,
        headers: { Range: "bytes=1000-", "If-Range": etag },
      });
      assert.equal(rest.status, 206);
      assert.equal(rest.headers.get("content-range"), `bytes 1000-${file.length - 1}/${file.length}`);
      assert.ok(Buffer.from(await rest.arrayBuffer()).equals(file.subarray(1000)), "other bytes");

      const changed = { Range: "bytes=1000-", "If-Range": '"another"' };
      const whole = await shop.send("download", { query, headers: changed });
      assert.equal(whole.status, 200);
      assert.ok(Buffer.from(await whole.arrayBuffer()).equals(file), "other bytes");

      const beyond = await shop.send("download", { query, headers: { Range: "bytes=9999999-" } });
      assert.equal(beyond.status, 416);
      assert.equal(beyond.headers.get("content-range"), `bytes */${file.length}`);
    },
  },
  {
    name: "D04: download answers 403 to a link that is forged, cut off, repeated or made for another file",
    async run(shop) {
      const query = await boughtLink(shop);
      const other = await boughtLink(shop, 1);
      const [order = "", file = "", expiry = "", signature = ""] = query.split(".");
      const forged = [
        "",
        "token=",
        query.slice(0, -1),
        `${order}.${file}.${expiry}.${"A".repeat(43)}`,
        `${order}.${file}.zzzzzz.${signature}`,
        `${order}.${other.split(".")[1]}.${expiry}.${signature}`,
        `${other.split(".")[0]}.${file}.${expiry}.${signature}`,
        `${query}&${query}`,
        `${query}%00`,
      ];
      for (const wrong of shop.choose(forged)) {
        const response = await shop.send("download", { query: wrong });
        await expectError(response, 403, "link_invalid");
      }
    },
  },
  {
    name: "D04: after a full refund the link answers 403 with a page that says why and whom to ask",
    async run(shop) {
      const { sessionId, cookie } = await openAsBrowser(shop, EBOOK);
      await payFor(shop, sessionId);
      const [link] = await deliveriesOf(shop, sessionId, cookie);
      const query = new URL(link?.url ?? "").search.slice(1);
      assert.equal((await shop.send("download", { query })).status, 200);

      const payment = String(shop.stripe.state().checkoutSessions[sessionId]?.payment_intent);
      const refund = shop.stripe.account.refund(payment);
      const webhook = await shop.stripe.webhook(String(refund.charge), "charge.refunded");
      await expectAcknowledged(await shop.send("webhook", webhook), "fulfilled");

      const ask = () => shop.send("download", { query, headers: { Accept: "text/html,*/*" } });
      let response = await ask();
      // With orders in Stripe an answer is cached for five seconds.
      for (let tries = 0; tries < 12 && response.status === 200; tries += 1) {
        await sleep(500);
        response = await ask();
      }
      const page = await response.text();
      assert.equal(response.status, 403);
      assert.match(response.headers.get("content-type") ?? "", /^text\/html/);
      assert.match(
        response.headers.get("content-security-policy") ?? "",
        /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; frame-ancestors 'none'/,
      );
      assert.match(page, /The order was refunded, so its downloads are closed\./);
      assert.match(page, /mailto:hello@example\.com/);
      assert.ok(!page.includes(sessionId), "the page names the order");
    },
  },
];

interface Personal {
  deliveries: { kind: string; name: string; url: string }[];
}

/** The query of a link to a file of a new, paid order. */
export async function boughtLink(shop: ShopUnderTest, which = 0): Promise<string> {
  const { sessionId, cookie } = await openAsBrowser(shop, EBOOK);
  await payFor(shop, sessionId);
  const link = (await deliveriesOf(shop, sessionId, cookie))[which];
  assert.ok(link, "there is no link");
  return new URL(link.url).search.slice(1);
}

async function payFor(shop: ShopUnderTest, sessionId: string): Promise<void> {
  shop.stripe.buyer.pay(sessionId, BUYER);
  const webhook = await shop.stripe.webhook(sessionId, "checkout.session.completed");
  await expectAcknowledged(await shop.send("webhook", webhook), "fulfilled");
}

async function deliveriesOf(
  shop: ShopUnderTest,
  sessionId: string,
  cookie: string,
): Promise<Personal["deliveries"]> {
  const { deliveries } = (await statusOf(shop, sessionId, cookie))["personal"] as Personal;
  return deliveries;
}

async function statusOf(
  shop: ShopUnderTest,
  sessionId: string,
  cookie: string,
): Promise<Record<string, unknown>> {
  const query = `session_id=${sessionId}`;
  const response = await shop.send("order-status", {
    query,
    headers: cookie === "" ? {} : { Cookie: cookie },
  });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as Record<string, unknown>;
}
