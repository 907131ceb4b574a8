import { CANARY_BUYER, CANARY_KEYS } from "../support/canaries.ts";
import type { TestStripe } from "./test-stripe.ts";

const METHODS = {
  "create-checkout-session": "POST",
  "open-checkout": "GET",
  webhook: "POST",
  "order-status": "GET",
  download: "GET",
  license: "POST",
  "resend-mail": "POST",
  health: "GET",
  reconcile: "GET",
} as const;
export type RouteName = keyof typeof METHODS;
export const ROUTE_NAMES = Object.keys(METHODS) as RouteName[];

const OWN_FUNCTIONS: readonly RouteName[] = ["create-checkout-session", "webhook", "download", "reconcile"];
export const FUNCTION_NAMES = [...OWN_FUNCTIONS, "shop"] as const;

/** The function that serves a route on both hosts. */
export function functionOf(route: RouteName): (typeof FUNCTION_NAMES)[number] {
  return OWN_FUNCTIONS.includes(route) ? route : "shop";
}

/** Netlify starts its scheduled function with a POST; elsewhere a caller with CRON_SECRET may ask. */
export function methodOf(name: RouteName, { scheduler }: Pick<ShopUnderTest, "scheduler">): "GET" | "POST" {
  return name === "reconcile" && scheduler === "host" ? "POST" : METHODS[name];
}

/** The request on the wire, byte for byte and header line for header line. */
export interface AdapterRequest {
  /** `GET` when left out. */
  method?: string;
  /** Without the question mark. */
  query?: string;
  /** A list makes one header line each. */
  headers?: Readonly<Record<string, string | readonly string[]>>;
  body?: string | Uint8Array;
  /** The address that the host sees; a new one each time when left out. Only where a test plays the host. */
  from?: string;
  /** Sends the body in pieces and without a Content-Length. */
  chunked?: boolean;
}

/** The functions, wherever they run, with the Stripe account they sell for. */
export interface ShopUnderTest {
  send(route: RouteName, request: AdapterRequest): Promise<Response>;
  stripe: TestStripe;
  /** Which of many similar requests a case sends: all, or only the first where every request takes a second. */
  choose: Choose;
  /** `host`: reconciliation is a scheduled function that no outsider can call, so it asks for no secret. */
  scheduler?: "host";
}

type Choose = <T>(variants: readonly T[]) => readonly T[];

export const everyVariant: Choose = (variants) => variants;
export const firstTwoVariants: Choose = (variants) => variants.slice(0, 2);

/** During a rotation both secrets are valid, and Stripe signs with both. */
export const WEBHOOK_SECRETS = {
  current: CANARY_KEYS.webhook,
  previous: CANARY_KEYS.previousWebhook,
} as const;

export const SITE_URL = "https://shop.example";

/** The variables that an owner sets. The address of the simulated Stripe differs by target. */
export const SHOP_ENVIRONMENT = {
  // Restricted to the permissions that the README names: no case needs more.
  STRIPE_SECRET_KEY: CANARY_KEYS.restricted,
  STRIPE_WEBHOOK_SECRET: `${WEBHOOK_SECRETS.current},${WEBHOOK_SECRETS.previous}`,
  SITE_URL,
  LICENSE_PRIVATE_KEY: "lsk1_20261101_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc",
  ALLOWED_ORIGINS: "https://blog.example, https://www.shop.example:8443",
  CHECKOUTS_PER_MINUTE_TOTAL: "10000",
  CRON_SECRET: CANARY_KEYS.cron,
} as const;

/** The buyer in these cases, who must not appear in any log. */
export const BUYER = { email: CANARY_BUYER.email, name: CANARY_BUYER.name } as const;

let lastAddress = 0;

/** An unused address, so that the limits of one buyer do not affect the next case. */
export function nextAddress(): string {
  lastAddress += 1;
  return `10.0.${lastAddress >> 8}.${lastAddress & 255}`;
}

/** Where no host reports addresses, all cases share one buyer's limit. */
export const ONE_BUYER_FOR_ALL = { CHECKOUTS_PER_MINUTE: "1000" } as const;
