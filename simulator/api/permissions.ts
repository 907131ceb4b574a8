import { masked } from "./authentication.ts";
import { StripeApiError } from "./errors.ts";
import { expandedTypes } from "./expand.ts";
import type { FormObject } from "./form.ts";

/**
 * What a restricted key may be allowed, in Stripe's own words: `plan` is what the dashboard calls Prices, `charge` what it calls
 * Charges and Refunds. Write includes read.
 */
export type Permission = `${Resource}_${"read" | "write"}`;
type Resource =
  | "charge"
  | "checkout_session"
  | "customer"
  | "dispute"
  | "event"
  | "invoice"
  | "payment_intent"
  | "payment_method"
  | "plan"
  | "product"
  | "subscription";

/** Which object an address is about. */
const TYPES: readonly [path: RegExp, type: string][] = [
  [/^\/v1\/charges(\/|$)/, "charge"],
  [/^\/v1\/checkout\/sessions(\/|$)/, "checkout.session"],
  [/^\/v1\/customers(\/|$)/, "customer"],
  [/^\/v1\/disputes(\/|$)/, "dispute"],
  [/^\/v1\/events(\/|$)/, "event"],
  [/^\/v2\/core\/events(\/|$)/, "event"],
  [/^\/v1\/invoices(\/|$)/, "invoice"],
  [/^\/v1\/invoice_payments(\/|$)/, "invoice_payment"],
  [/^\/v1\/payment_intents(\/|$)/, "payment_intent"],
  [/^\/v1\/prices(\/|$)/, "price"],
  [/^\/v1\/products(\/|$)/, "product"],
  [/^\/v1\/refunds(\/|$)/, "refund"],
  [/^\/v1\/subscriptions(\/|$)/, "subscription"],
];

/** Whose permission an object needs. An object that is not listed needs the permission of the object it is part of. */
const RESOURCES: Readonly<Record<string, Resource>> = {
  charge: "charge",
  "checkout.session": "checkout_session",
  customer: "customer",
  dispute: "dispute",
  event: "event",
  invoice: "invoice",
  invoice_payment: "invoice",
  payment_intent: "payment_intent",
  payment_method: "payment_method",
  price: "plan",
  product: "product",
  refund: "charge",
  subscription: "subscription",
};

/**
 * Refuses what a restricted key was not allowed, before anything else is checked, as Stripe does: the request itself, and every object
 * that it asks to expand (https://docs.stripe.com/stripe-apps/reference/permissions#object). A key without a list may do everything.
 * Stripe lets some permissions imply others but does not promise it; here no permission implies another.
 */
export function requirePermissions(
  key: string,
  allowed: readonly Permission[] | undefined,
  { method, path, parameters }: { method: string; path: string; parameters: FormObject },
): void {
  if (allowed === undefined) return;
  for (const permission of neededPermissions(method, path, parameters)) {
    if (allowed.includes(permission)) continue;
    if (allowed.includes(permission.replace(/_read$/, "_write") as Permission)) continue;
    throw new StripeApiError(
      `The provided key '${masked(key)}' does not have the required permissions for this endpoint on account 'acct_simulated'. Having the 'rak_${permission}' permission would allow this request to continue.`,
      { status: 403 },
    );
  }
}

function neededPermissions(method: string, path: string, { expand }: FormObject): Permission[] {
  const [, type] = TYPES.find(([pattern]) => pattern.test(path)) ?? [];
  const resource = type === undefined ? undefined : RESOURCES[type];
  if (type === undefined || resource === undefined) throw new Error(`No permission is known for ${path}.`);
  const paths = Object.values(expand ?? {}).filter((item) => typeof item === "string");
  const expanded = paths.flatMap((expansion) => expandedTypes(type, expansion.replace(/^data\./, "")));
  const read = expanded.flatMap((name) => RESOURCES[name] ?? []).map((name) => `${name}_read` as const);
  return [`${resource}_${method === "GET" ? "read" : "write"}`, ...read];
}
