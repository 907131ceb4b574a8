import assert from "node:assert/strict";

import { createClaimCookies } from "../../../core/auth/claim-cookies.ts";
import { createOrderPageLinks } from "../../../core/auth/order-page-links.ts";
import { createSigner } from "../../../core/auth/signer.ts";
import type { AdapterCase } from "../adapter-case.ts";
import { expectAcknowledged, expectError } from "../expect-answer.ts";
import { buyWithForm, buyWithJson, openAsBrowser, openedSession } from "../purchase.ts";
import { BUYER, SHOP_ENVIRONMENT, SITE_URL, type ShopUnderTest } from "../shop-under-test.ts";

const COOKIE =
  /^(__Host-order_[\w-]{16})=[0-9a-z]+\.[\w-]{43}; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Lax; Secure$/;

/** The buyer who opened a checkout is told more about it than someone who merely has its id. */
export const claimCases: readonly AdapterCase[] = [
  {
    name: "D04: a new checkout sets one __Host- cookie, for the script's button and the plain form alike, and the cookie names no session",
    async run(shop) {
      const byScript = await buyWithJson(shop, { price_id: "price_poster_a2" });
      const byForm = await buyWithForm(shop, "price_id=price_poster_a2&quantity=1");
      const { url } = (await byScript.json()) as { url: string };
      const addresses = [url, byForm.headers.get("location") ?? ""];
      for (const [index, { headers }] of [byScript, byForm].entries()) {
        const [line = "", ...others] = headers.getSetCookie();
        assert.match(line, COOKIE);
        assert.deepEqual(others, []);
        assert.ok(!line.includes(openedSession(shop, addresses[index] ?? "").id));
      }
    },
  },
  {
    name: "D15: a repeated request makes its browser the buyer of the same session again",
    async run(shop) {
      const headers = { "Idempotency-Key": crypto.randomUUID() };
      const names = new Set<string | undefined>();
      for (let attempt = 0; attempt < 2; attempt += 1) {
        const response = await buyWithJson(shop, { price_id: "price_poster_a2" }, headers);
        names.add(COOKIE.exec(response.headers.getSetCookie()[0] ?? "")?.[1]);
      }
      assert.equal(names.size, 1);
      assert.ok(!names.has(undefined));
    },
  },
  {
    name: "D04: the ninth checkout of one browser makes it forget the first",
    async run(shop) {
      const kept = Array.from({ length: 8 }, (_, index) => {
        const signer = createSigner(["any"], "claim-cookie", () => index * 1_000);
        const claims = createClaimCookies(signer, SITE_URL, () => index * 1_000);
        return claims.claim(new Request(SITE_URL), `cs_test_earlier${index}`)[0]?.split(";")[0] ?? "";
      });
      const response = await buyWithJson(
        shop,
        { price_id: "price_poster_a2" },
        { Cookie: ["theme=dark", ...kept].join("; ") },
      );
      const [claim = "", cleared = "", ...others] = response.headers.getSetCookie();
      assert.match(claim, COOKIE);
      assert.equal(cleared, `${kept[0]?.split("=")[0]}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure`);
      assert.deepEqual(others, []);
    },
  },
  {
    name: "D51: order-status keeps the claim of an order for longer once it is placed, for the browser that holds it",
    async run(shop) {
      const { sessionId, cookie } = await paidAsBrowser(shop);
      const setCookies = async (headers: Record<string, string>): Promise<string[]> => {
        const response = await shop.send("order-status", {
          query: `session_id=${sessionId}`,
          headers,
        });
        return response.headers.getSetCookie();
      };
      const [line = "", ...others] = await setCookies({ Cookie: cookie });
      assert.deepEqual(others, []);
      assert.match(
        line,
        /^__Host-order_[\w-]{16}=[^;]+; Max-Age=7776000; Path=\/; HttpOnly; SameSite=Lax; Secure$/,
      );
      assert.equal(line.split("=")[0], cookie.split("=")[0]);
      assert.deepEqual(await setCookies({ Cookie: line.split(";")[0] ?? "" }), []);
      assert.deepEqual(await setCookies({}), []);
    },
  },
  {
    name: "D03 D04: order-status tells the masked address and the receipt to the browser that opened the session",
    async run(shop) {
      const { sessionId, cookie } = await paidAsBrowser(shop);
      const { personal } = await statusOf(shop, sessionId, { Cookie: `a=b; ${cookie}; c=d` });
      assert.equal(personal?.["email"], "a…@buyer.example");
      assert.match(String(personal?.["receiptUrl"]), /^https:/);
      assert.deepEqual(Object.keys(personal ?? {}).toSorted(), [
        "deliveries",
        "email",
        "keepLink",
        "receiptUrl",
      ]);
    },
  },
  {
    name: "D04: order-status tells nothing personal without the cookie, or with one that is forged, expired or another session's",
    async run(shop) {
      const { sessionId, cookie } = await paidAsBrowser(shop);
      const other = await openAsBrowser(shop, "price_poster_a2");
      const [name = "", token = ""] = cookie.split("=");
      const [, otherToken = ""] = other.cookie.split("=");
      const [expiry = "", signature = ""] = token.split(".");
      const signer = (secret: string) => createSigner([secret], "claim-cookie", Date.now);
      const key = SHOP_ENVIRONMENT.STRIPE_SECRET_KEY;
      const cookies = [
        "",
        other.cookie,
        `${name}=${otherToken}`,
        `${name}=${signer(key).sign(sessionId, Date.now() - 1_000)}`,
        `${name}=${signer("another secret").sign(sessionId, Date.now() + 60_000)}`,
        `${name}=${createSigner([key], "order-page", Date.now).sign(sessionId, Date.now() + 60_000)}`,
        `${name}=zzzzzz.${signature}`,
        `${name}=${expiry}.${"A".repeat(43)}`,
        `${name}=${expiry}.`,
        `${name}=`,
        `${name.replace("__Host-", "")}=${token}`,
      ];
      for (const value of shop.choose(cookies)) {
        const status = await statusOf(shop, sessionId, value === "" ? {} : { Cookie: value });
        assert.equal(status.personal, undefined, value);
        // The shop's own address is public; no other may appear.
        const { wayBack, ...others } = status as { wayBack?: { supportEmail?: string } };
        assert.equal(wayBack?.supportEmail, "hello@example.com");
        const wayWithoutEmail = { ...wayBack, supportEmail: undefined };
        assert.doesNotMatch(
          JSON.stringify({ ...others, wayBack: wayWithoutEmail }),
          /@|buyer|astrid|receipt/i,
          value,
        );
      }
    },
  },
  {
    name: "D04: the token of a mail's link opens its own order's page and no other",
    async run(shop) {
      const { sessionId } = await paidAsBrowser(shop);
      const other = await paidAsBrowser(shop);
      const signer = createSigner([SHOP_ENVIRONMENT.STRIPE_SECRET_KEY], "order-page", Date.now);
      const link = new URL(
        createOrderPageLinks(signer, SITE_URL, Date.now).urlOf({ orderId: sessionId, createdMs: Date.now() }),
      );
      assert.equal(link.search, "");
      const token = new URLSearchParams(link.hash.slice(1)).get("token") ?? "";
      const authorization = { Authorization: `Bearer ${token}` };
      assert.equal((await statusOf(shop, sessionId, authorization)).personal?.["email"], "a…@buyer.example");
      assert.equal((await statusOf(shop, other.sessionId, authorization)).personal, undefined);
      const inQuery = await shop.send("order-status", {
        query: `session_id=${other.sessionId}&token=${token}`,
      });
      assert.doesNotMatch(await inQuery.text(), /personal/);
    },
  },
  {
    name: "D02 D04: resend-mail answers strangers 404, whether the order exists or not, and tells the buyer when the shop has no mail",
    async run(shop) {
      const { sessionId, cookie } = await paidAsBrowser(shop);
      const other = await openAsBrowser(shop, "price_poster_a2");
      const resend = (id: string, headers: Readonly<Record<string, string>>) =>
        shop.send("resend-mail", {
          method: "POST",
          headers: { "Content-Type": "application/json", ...headers },
          body: JSON.stringify({ session_id: id }),
        });
      const strangers = [
        await resend(sessionId, {}),
        await resend(sessionId, { Cookie: other.cookie }),
        await resend("cs_test_nobodyKnowsThis0003", { Cookie: cookie }),
        await resend("nonsense", { Cookie: cookie }),
      ];
      for (const response of strangers) await expectError(response, 404, "order_not_found");
      await expectError(await resend(sessionId, { Cookie: cookie }), 409, "sends_no_mail");
      await expectError(
        await resend(sessionId, { Cookie: cookie, Origin: "https://evil.example" }),
        403,
        "origin_refused",
      );
    },
  },
  {
    name: "M03 M04: a buyer on a page of ALLOWED_ORIGINS passes through SITE_URL, gets the cookie there, and sees all of the order",
    async run(shop) {
      const answer = await buyWithJson(
        shop,
        { price_id: "price_ebook_tides" },
        { Origin: "https://blog.example", "Sec-Fetch-Site": "cross-site" },
      );
      const { url } = (await answer.json()) as { url: string };
      const { origin, pathname, search, searchParams } = new URL(url);
      assert.equal(origin + pathname, `${SITE_URL}/api/open-checkout`);
      const navigation = { "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate" };
      const query = search.slice(1);
      const hop = await shop.send("open-checkout", { query, headers: navigation });
      assert.equal(hop.status, 303);
      assert.equal(hop.headers.get("location"), searchParams.get("to"));
      const [line = "", ...others] = hop.headers.getSetCookie();
      assert.match(line, COOKIE);
      assert.deepEqual(others, []);

      const { id } = openedSession(shop, hop.headers.get("location") ?? "");
      shop.stripe.buyer.pay(id, BUYER);
      const webhook = await shop.stripe.webhook(id, "checkout.session.completed");
      await expectAcknowledged(await shop.send("webhook", webhook), "fulfilled");
      const { personal } = await statusOf(shop, id, { Cookie: line.split(";")[0] ?? "" });
      assert.ok(Array.isArray(personal?.["deliveries"]) && personal["deliveries"].length > 0);

      const elsewhere = new URLSearchParams(query);
      elsewhere.set("to", "https://evil.example/");
      const refused = await shop.send("open-checkout", { query: elsewhere.toString(), headers: navigation });
      assert.equal(refused.headers.get("location"), null);
      await expectError(refused, 403, "checkout_link_invalid");
    },
  },
  {
    name: "M11: in a shop without mail other browsers are told where the order is, and of no mail",
    async run(shop) {
      const { sessionId } = await paidAsBrowser(shop);
      const status = (await statusOf(shop, sessionId, {})) as { wayBack?: { kind: string } };
      assert.equal(status.wayBack?.kind, "browser");
    },
  },
  {
    name: "D02: a cookie or a token makes no difference to an id that does not exist",
    async run(shop) {
      const { cookie } = await openAsBrowser(shop, "price_poster_a2");
      const response = await shop.send("order-status", {
        query: "session_id=cs_test_nobodyKnowsThis0002",
        headers: { Cookie: cookie, Authorization: "Bearer 1.2" },
      });
      await expectError(response, 404, "order_not_found");
    },
  },
];

async function paidAsBrowser(shop: ShopUnderTest): Promise<{ sessionId: string; cookie: string }> {
  const opened = await openAsBrowser(shop, "price_ebook_tides");
  shop.stripe.buyer.pay(opened.sessionId, BUYER);
  const webhook = await shop.stripe.webhook(opened.sessionId, "checkout.session.completed");
  await expectAcknowledged(await shop.send("webhook", webhook), "fulfilled");
  return opened;
}

async function statusOf(
  shop: ShopUnderTest,
  sessionId: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ personal?: Record<string, unknown> }> {
  const response = await shop.send("order-status", { query: `session_id=${sessionId}`, headers });
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as { personal?: Record<string, unknown> };
}
