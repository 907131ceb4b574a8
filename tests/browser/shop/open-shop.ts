import { fileURLToPath } from "node:url";

import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";

import type { Environment } from "../../../core/config/environment.ts";
import { createDynamodbClient } from "../../../core/stores/dynamodb-client.ts";
import { createDynamodbOrderStore } from "../../../core/stores/dynamodb-order-store.ts";
import type { StoredControl } from "../../../core/orders/order-store.ts";
import { startShop, type Shop } from "../../../cli/dev/shop.ts";
import { CANARY_BUYER } from "../../support/canaries.ts";
import { watchOutput } from "../../support/watch-output.ts";
import { launchChromium } from "../launch-chromium.ts";

export interface ShopInBrowser {
  url: string;
  /** A page in a fresh browser. When the test ends, its console is checked and it is closed. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
  /** What the shop printed: log lines and mails. */
  printed(): string;
  readOrder(sessionId: string): Promise<StoredControl | undefined>;
  stripe(): NonNullable<Shop["simulatedStripe"]>;
}

/**
 * The shop as `npm run dev` starts it, and a real browser in front of it. An error or warning on a page's console, or a breach of
 * its Content-Security-Policy, fails the test that opened it.
 */
export function openShopInBrowser(variables: Environment = {}): ShopInBrowser {
  let shop: Shop;
  let browser: Browser;
  const printed: string[] = [];
  const complaints: string[] = [];
  const shopInBrowser = { url: "" };

  beforeAll(async () => {
    shop = await startShop({
      root: fileURLToPath(new URL("../../..", import.meta.url)),
      port: 0,
      environment: variables,
      storageFolder: undefined,
      engine: "dynamodb",
      print: (text) => {
        printed.push(text);
        // `npm run dev` prints mails, in a frame; they are for the buyer.
        if (!text.startsWith("┌")) watchOutput(text);
      },
    });
    shopInBrowser.url = shop.url;
    browser = await launchChromium();
  });

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  afterAll(async () => {
    await browser.close();
    await shop.close();
  });

  return Object.assign(shopInBrowser, {
    async newPage(options: BrowserContextOptions = {}) {
      const context = await browser.newContext({ baseURL: shop.url, ...options });
      context.setDefaultTimeout(20_000);
      const page = await context.newPage();
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning")
          complaints.push(`${page.url()}: ${message.text()}`);
      });
      page.on("request", (request) => watchOutput(request.url()));
      page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
      return page;
    },
    printed: () => printed.join("\n"),
    async readOrder(sessionId: string) {
      const { environment } = shop;
      const client = createDynamodbClient({
        table: environment["DYNAMODB_TABLE"] ?? "",
        region: environment["DYNAMODB_REGION"] ?? "",
        accessKeyId: environment["DYNAMODB_ACCESS_KEY_ID"] ?? "",
        secretAccessKey: environment["DYNAMODB_SECRET_ACCESS_KEY"] ?? "",
        endpoint: environment["DYNAMODB_ENDPOINT"],
      });
      const stored = await createDynamodbOrderStore(client, environment["DYNAMODB_TABLE"] ?? "", {
        livemode: false,
        shopId: "dev",
      }).readControl(sessionId);
      client.destroy();
      return stored;
    },
    stripe() {
      if (shop.simulatedStripe === undefined) throw new Error("This shop talks to the real Stripe.");
      return shop.simulatedStripe;
    },
  });
}

export const CARDS = {
  pays: "4242 4242 4242 4242",
  declined: "4000 0000 0000 0002",
  insufficientFunds: "4000 0000 0000 9995",
  asksForAuthentication: "4000 0025 0000 3155",
  alsoAsksForAuthentication: "4000 0027 6000 3184",
} as const;

/** Fills in the hosted payment page, as far as it asks for a card. */
export async function fillIn(page: Page, card: string = CARDS.pays): Promise<void> {
  await page.waitForURL("**/c/pay/**");
  await page.getByLabel("Email").fill(CANARY_BUYER.email);
  await page.getByLabel("Card number").fill(card);
  await page.getByLabel("Expiration date").fill("12 / 34");
  await page.getByLabel("Security code").fill("123");
  await page.getByLabel("Name on card or account").fill(CANARY_BUYER.name);
  const address = page.getByRole("group", { name: "Shipping address" });
  if ((await address.count()) === 0) return;
  await address.getByLabel("Full name").fill(CANARY_BUYER.name);
  await address.getByLabel("Address", { exact: true }).fill("Harbor Steps 4");
  await address.getByLabel("Postal code").fill("20095");
  await address.getByLabel("City").fill("Hamburg");
  await address.getByLabel("Country").selectOption("DE");
}

export async function pay(page: Page, card?: string): Promise<void> {
  await fillIn(page, card);
  await page.locator("button.pay").click();
}

export function sessionIdOf(page: Page): string {
  return /cs_test_\w+/.exec(page.url())?.[0] ?? "";
}
