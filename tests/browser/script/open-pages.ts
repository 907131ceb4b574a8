import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

import { createRequestListener } from "@remix-run/node-fetch-server";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";

import { createSiteHandler } from "../../../cli/dev/site-server.ts";
import { launchChromium } from "../launch-chromium.ts";

interface Received {
  method: string;
  path: string;
  headers: Headers;
  body: string;
}

export interface Pages {
  url: string;
  /** Everything that the pages have asked of the functions in this test, in order. */
  received: Received[];
  /** What the functions answer in this test. By default they do not answer at all. */
  answer: (request: Received) => Response | Promise<Response>;
  newPage(options?: BrowserContextOptions): Promise<Page>;
  /** A page of a shop owner with these elements, which loads the button script. */
  openPage(body: string, script?: string): Promise<Page>;
}

const never = () => new Promise<Response>(() => undefined);

/**
 * The site with its real headers (above all a strict Content-Security-Policy), and functions that answer as a test wants. An
 * error or warning on the console fails the test, except the line that Chromium writes for every answer that is not 2xx.
 */
export function openPages(): Pages {
  let server: Server;
  let browser: Browser;
  let ownPage = "";
  const complaints: string[] = [];

  const pages: Pages = {
    url: "",
    received: [],
    answer: never,
    async newPage(options = {}) {
      const context = await browser.newContext({ baseURL: pages.url, ...options });
      context.setDefaultTimeout(5_000);
      // The only other site that a buyer reaches.
      await context.route("https://checkout.stripe.com/**", (route) =>
        route.fulfill({ contentType: "text/html", body: "<h1>Stripe</h1>" }),
      );
      const page = await context.newPage();
      page.on("console", (message) => {
        if (message.type() !== "error" && message.type() !== "warning") return;
        const isAnswer =
          message.text().startsWith("Failed to load resource") && message.location().url.includes("/api/");
        if (!isAnswer) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      return page;
    },
    async openPage(body, script = '<script src="/js/stripe-checkout.js" defer></script>') {
      ownPage = `<!doctype html><html lang="en"><title>Own page</title><link rel="icon" href="/favicon.svg">${script}<main>${body}</main>`;
      const page = await pages.newPage();
      await page.goto("/own-page");
      return page;
    },
  };

  beforeAll(async () => {
    const site = await createSiteHandler(fileURLToPath(new URL("../../..", import.meta.url)));
    server = createServer(
      createRequestListener(async (request) => {
        const { pathname, search } = new URL(request.url);
        if (pathname.startsWith("/api/")) {
          const { method, headers } = request;
          const received = { method, path: pathname + search, headers, body: await request.text() };
          pages.received.push(received);
          return method === "OPTIONS" ? new Response(null, { status: 204 }) : pages.answer(received);
        }
        if (pathname !== "/own-page") return site(request);
        const { headers } = await site(new Request(new URL("/404.html", request.url)));
        return new Response(ownPage, { headers });
      }),
    );
    await new Promise<void>((resolve) => {
      server.listen(0, "127.0.0.1", resolve);
    });
    pages.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await launchChromium();
  });

  beforeEach(() => {
    pages.received.length = 0;
    pages.answer = never;
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  return pages;
}

/** The purchases that arrived, without the calls that only wake the function. */
export function purchases(pages: Pages): { body: unknown; key: string | null }[] {
  return pages.received
    .filter(({ method }) => method === "POST")
    .map(({ body, headers }) => ({ body: JSON.parse(body), key: headers.get("Idempotency-Key") }));
}
