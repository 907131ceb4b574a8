import { afterEach, expect, test } from "vitest";

import { siteOf } from "../../../support/test-site.ts";
import { openTestShop, type TestShop } from "../../../support/test-shop.ts";

const BARE = "https://shop.example";
const WWW = "https://www.shop.example";
const BLOG = "https://blog.example";
const EBOOK = { price_id: "price_ebook_tides" };

let shop: TestShop;
afterEach(() => shop.close());

/** Which of the shop's two names the host redirects to the other. */
type Redirects = "bare to www" | "www to bare" | "none";

/** A browser that keeps cookies per host, and the host in front of the functions. */
function openBrowser(redirects: Redirects) {
  const jars = new Map<string, Map<string, string>>();
  const redirected = (url: URL): URL | undefined => {
    const [from, to] = redirects === "bare to www" ? [BARE, WWW] : [WWW, BARE];
    if (redirects === "none" || url.origin !== from) return undefined;
    return new URL(url.pathname + url.search + url.hash, to);
  };

  async function ask(url: URL, init: RequestInit, keepsCookies: boolean): Promise<Response> {
    const jar = jars.get(url.host) ?? new Map<string, string>();
    jars.set(url.host, jar);
    const headers = new Headers(init.headers);
    headers.set("Host", url.host);
    if (jar.size > 0 && keepsCookies)
      headers.set("Cookie", [...jar].map(([name, value]) => `${name}=${value}`).join("; "));
    const request = new Request(url, { ...init, headers });
    const { app } = shop;
    const routes = {
      "/api/create-checkout-session": app.createCheckoutSession,
      "/api/open-checkout": app.openCheckout,
      "/api/order-status": app.orderStatus,
    };
    const response = await routes[url.pathname as keyof typeof routes](request);
    for (const line of keepsCookies ? response.headers.getSetCookie() : []) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    return response;
  }

  return {
    /** What the script on a page at `origin` sends to `endpoint`. */
    async buyByScript(origin: string, endpoint: string): Promise<Response> {
      const isOwn = origin === endpoint;
      return ask(
        new URL("/api/create-checkout-session", endpoint),
        {
          method: "POST",
          headers: {
            "Content-Type": "application/json",
            Origin: origin,
            "Sec-Fetch-Site": isOwn ? "same-origin" : "cross-site",
          },
          body: JSON.stringify(EBOOK),
        },
        // Across origins, `fetch` neither sends nor keeps cookies.
        isOwn,
      );
    },

    /** What a plain form sends, on a page that sends no referrer. */
    async buyByForm(origin: string): Promise<Response> {
      return ask(
        new URL("/api/create-checkout-session", origin),
        {
          method: "POST",
          headers: {
            "Content-Type": "application/x-www-form-urlencoded",
            Origin: "null",
            "Sec-Fetch-Site": "same-origin",
          },
          body: new URLSearchParams(EBOOK).toString(),
        },
        true,
      );
    },

    /** Follows a link through every redirect; resolves to the address outside the shop where it ends. */
    async follow(address: string): Promise<string> {
      let url = new URL(address);
      for (let step = 0; step < 5; step += 1) {
        const other = redirected(url);
        if (other === undefined && !["/api/open-checkout"].includes(url.pathname)) return url.href;
        if (other !== undefined) {
          url = other;
          continue;
        }
        const headers = { "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate" };
        const response = await ask(url, { headers }, true);
        expect(response.status).toBe(303);
        url = new URL(response.headers.get("location") ?? "");
      }
      throw new Error("It never ends.");
    },

    /** What the order page is told after Stripe's redirect to it. */
    async orderAt(returnUrl: string): Promise<Record<string, unknown>> {
      const page = new URL(await this.follow(returnUrl));
      const url = new URL(`/api/order-status${page.search}`, page);
      return (await (await ask(url, {}, true)).json()) as Record<string, unknown>;
    },
  };
}

const SITE = siteOf({
  prices: {
    price_ebook_tides: { deliver: [{ kind: "link", name: "Read it", url: "https://example.com/read" }] },
  },
});

function open(environment: Record<string, string> = {}): void {
  shop = openTestShop({ site: SITE, environment });
}

/** Pays the session behind Stripe's page; resolves to the address to which Stripe sends the buyer. */
function pay(checkoutUrl: string): string {
  expect(checkoutUrl).toMatch(/^https:\/\/checkout\.stripe\.com\//);
  const [sessionId = ""] = /cs_test_\w+/.exec(checkoutUrl) ?? [];
  shop.stripe.buyer.pay(sessionId);
  const session = shop.stripe.state().checkoutSessions[sessionId];
  return (session?.success_url ?? "").replace("{CHECKOUT_SESSION_ID}", sessionId);
}

const urlIn = async (response: Response): Promise<string> => ((await response.json()) as { url: string }).url;

const CASES: [site: string, page: string, redirects: Redirects][] = [
  [BARE, WWW, "bare to www"],
  [WWW, BARE, "www to bare"],
  [BARE, BARE, "www to bare"],
  [BARE, WWW, "none"],
  [WWW, BARE, "none"],
  [BARE, BARE, "none"],
];

test.for(CASES)(
  "M01: with SITE_URL %s, a purchase begun at %s ends on a page with its personal part; the host redirects %s",
  async ([site, page, redirects]) => {
    open({ SITE_URL: site });
    const browser = openBrowser(redirects);
    const answer = await browser.buyByScript(page, page);
    expect(answer.status).toBe(200);
    const first = await urlIn(answer);
    expect(new URL(first).origin).toBe(site === page ? "https://checkout.stripe.com" : site);
    const returnUrl = pay(await browser.follow(first));
    // From the configuration alone, whatever the request's Host was.
    expect(returnUrl.startsWith(`${site}/success.html`)).toBe(true);
    expect(await browser.orderAt(returnUrl)).toMatchObject({ state: "fulfilled", personal: {} });
  },
);

test.for(CASES)(
  "M02: so does a form without scripts: SITE_URL %s, page at %s, redirects %s",
  async ([site, page, redirects]) => {
    open({ SITE_URL: site });
    const browser = openBrowser(redirects);
    const answer = await browser.buyByForm(page);
    if (site === page) {
      expect(answer.status).toBe(303);
    } else {
      // No redirect: the page's form-action would stop it.
      expect(answer.status).toBe(200);
      expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    }
    const leads = /url=([^"]+)"/.exec(await answer.text())?.[1]?.replaceAll("&amp;", "&");
    const returnUrl = pay(await browser.follow(leads ?? answer.headers.get("location") ?? ""));
    expect(await browser.orderAt(returnUrl)).toMatchObject({ state: "fulfilled", personal: {} });
  },
);

test("D40: on Vercel with www as the real domain, a buyer on www can buy with nothing else configured", async () => {
  shop = openTestShop({
    environment: {
      SITE_URL: "",
      VERCEL: "1",
      VERCEL_ENV: "production",
      VERCEL_PROJECT_PRODUCTION_URL: "shop.example",
      VERCEL_URL: "shop-abc123.vercel.app",
      VERCEL_BRANCH_URL: "shop-git-main.vercel.app",
      CRON_SECRET: "0123456789abcdef0123456789abcdef",
    },
  });
  expect((await openBrowser("bare to www").buyByScript(WWW, WWW)).status).toBe(200);
  // A name in no variable, and not www: only the browser says that it is the shop's own.
  const elsewhere = "https://poster-shop.example";
  expect((await openBrowser("none").buyByScript(elsewhere, elsewhere)).status).toBe(200);
});

test("D40: a browser too old for Sec-Fetch-Site may buy at both names, with www. and without", async () => {
  for (const site of [BARE, WWW]) {
    open({ SITE_URL: site });
    for (const origin of [BARE, WWW]) expect(await statusOf(origin), `${site} ${origin}`).toBe(200);
    for (const origin of [
      "https://www.www.shop.example",
      "https://www2.shop.example",
      "http://www.shop.example",
    ])
      expect(await statusOf(origin), origin).toBe(403);
    shop.close();
  }
  async function statusOf(origin: string): Promise<number> {
    const headers = { "Content-Type": "application/json", Origin: origin };
    const init = { method: "POST", headers, body: JSON.stringify(EBOOK) };
    return (await shop.app.createCheckoutSession(new Request(`${BARE}/api/create-checkout-session`, init)))
      .status;
  }
});

test("M03: a buyer on a page of ALLOWED_ORIGINS gets the file after paying, in a shop without mail", async () => {
  shop = openTestShop({ site: SITE, environment: { ALLOWED_ORIGINS: BLOG }, replace: { mailer: undefined } });
  const browser = openBrowser("none");
  const url = await urlIn(await browser.buyByScript(BLOG, BARE));
  const returnUrl = pay(await browser.follow(url));
  expect(await browser.orderAt(returnUrl)).toMatchObject({
    state: "fulfilled",
    personal: { deliveries: [{ kind: "link", name: "Read it" }] },
  });
});

/** The address to which a purchase on the blog leads. */
async function hopUrl(): Promise<URL> {
  open({ ALLOWED_ORIGINS: BLOG });
  return new URL(await urlIn(await openBrowser("none").buyByScript(BLOG, BARE)));
}

const visit = (url: URL, headers: Record<string, string> = {}): Promise<Response> =>
  shop.app.openCheckout(new Request(url, { headers }));

test("M04: the hop leads to Stripe's page of its own session and nowhere else", async () => {
  const url = await hopUrl();
  expect((await visit(url)).headers.get("location")).toMatch(
    /^https:\/\/checkout\.stripe\.com\/c\/pay\/cs_test_/,
  );
  const other = new URL(await urlIn(await openBrowser("none").buyByScript(BLOG, BARE)));
  const changes: [string, string | null][] = [
    ["to", "https://evil.example/"],
    ["to", `${url.searchParams.get("to")}x`],
    ["to", other.searchParams.get("to")],
    ["token", other.searchParams.get("token")],
    ["token", (url.searchParams.get("token") ?? "").replace("cs_test_", "cs_live_")],
    ["token", "cs_test_0123456789.zzzzzz.x"],
    ["token", null],
    ["to", null],
  ];
  for (const [name, value] of changes) {
    const changed = new URL(url);
    if (value === null) changed.searchParams.delete(name);
    else changed.searchParams.set(name, value);
    const response = await visit(changed);
    expect(response.status, changed.search).toBe(403);
    expect(response.headers.get("location")).toBeNull();
    expect(response.headers.getSetCookie()).toEqual([]);
  }
  const doubled = new URL(url);
  doubled.searchParams.append("to", "https://evil.example/");
  expect((await visit(doubled)).status).toBe(403);
});

test("M04: the hop expires after five minutes, says so in words, and is never stored", async () => {
  const url = await hopUrl();
  shop.clock.nowMs += 299_000;
  const response = await visit(url);
  expect(response.status).toBe(303);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  shop.clock.nowMs += 1_000;
  const late = await visit(url, { Accept: "text/html" });
  expect(late.status).toBe(403);
  expect(await late.text()).toContain("works for a few minutes only");
});

test("M05: the hop works as a page of its own, but not in a frame or as an image", async () => {
  const url = await hopUrl();
  for (const destination of ["iframe", "image", "empty", "script"]) {
    const response = await visit(url, { "Sec-Fetch-Dest": destination });
    expect(response.status, destination).toBe(403);
    expect(response.headers.getSetCookie()).toEqual([]);
  }
  expect((await visit(url, { "Sec-Fetch-Dest": "document" })).status).toBe(303);
});

test("M05: a claim planted in a victim's browser shows the attacker's checkout, and leaves the victim's orders alone", async () => {
  open({ ALLOWED_ORIGINS: BLOG });
  const victim = openBrowser("none");
  const own = pay(await urlIn(await victim.buyByScript(BARE, BARE)));
  const planted = await urlIn(await openBrowser("none").buyByScript(BLOG, BARE));
  const stripesPage = await victim.follow(planted);
  expect(await victim.orderAt(own)).toMatchObject({ personal: {} });
  // The victim sees a checkout, as with Stripe's own address for it, and nothing that was bought.
  const [sessionId = ""] = /cs_test_\w+/.exec(stripesPage) ?? [];
  const status = await victim.orderAt(`${BARE}/success.html?session_id=${sessionId}`);
  expect(status).toMatchObject({ state: "open" });
  expect(status).not.toHaveProperty("personal");
});
