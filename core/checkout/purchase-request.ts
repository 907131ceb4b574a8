import * as z from "zod/mini";

import { HttpError } from "../http/http-error.ts";
import { PRICE_NAME } from "../shop-definition/catalog.ts";

/** The most that shop.config.ts may allow; core/checkout/quantity.ts knows the limit of each price. */
const LARGEST_QUANTITY = 999;

/**
 * All that a browser may decide: which price (by id or lookup key), how many, and a reference of the owner's own. No amount, no
 * currency, no address, no mode. Strict, so that a field we do not know is refused, not ignored.
 */
export const purchaseSchema = z.strictObject({
  price_id: z.string().check(z.regex(PRICE_NAME), z.describe("A price's id, or its lookup key.")),
  quantity: z._default(z.int().check(z.gte(1), z.lte(LARGEST_QUANTITY)), 1),
  client_reference_id: z.optional(
    z
      .string()
      .check(
        z.regex(/^[\w-]{1,200}$/),
        z.describe("Shows up in the owner's Stripe dashboard, e.g. a campaign or a customer number."),
      ),
  ),
});

export type PurchaseRequest = z.output<typeof purchaseSchema>;

/**
 * The price may also be called `priceId`, as many shops of this kind call it; `price_id` takes precedence. Values may be text, as the
 * button script sends what it finds in a form.
 * @throws HttpError 400 in words a buyer can read, and without a cause: a log must not quote what a stranger sent.
 */
export function parseJsonPurchase(text: string): PurchaseRequest {
  return parsePurchase(parseJson(text));
}

/** A form posted without JavaScript; a field given twice is refused. */
export function parseFormPurchase(text: string): PurchaseRequest {
  const fields = [...new URLSearchParams(text)];
  const body: Record<string, unknown> = Object.fromEntries(fields);
  if (Object.keys(body).length !== fields.length) throw invalidPurchase();
  return parsePurchase(body);
}

function parsePurchase(body: unknown): PurchaseRequest {
  const result = purchaseSchema.safeParse(fromFields(body));
  if (result.success) return result.data;
  if (result.error.issues.some((issue) => issue.path[0] === "quantity")) {
    throw new HttpError(400, "invalid_quantity", "Please choose a whole number of 1 or more.");
  }
  throw invalidPurchase();
}

/**
 * The fields of a form are text: digits become a number, and an empty reference counts as absent. The price gets its one name, without
 * the blanks around it.
 */
function fromFields(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body;
  const { priceId, price_id: price = priceId, quantity, ...rest } = body as Record<string, unknown>;
  if (rest["client_reference_id"] === "") delete rest["client_reference_id"];
  const isDigits = typeof quantity === "string" && /^\d{1,4}$/.test(quantity);
  return {
    ...rest,
    ...(price !== undefined && { price_id: trimmed(price) }),
    ...(quantity !== undefined && { quantity: isDigits ? Number(quantity) : quantity }),
  };
}

function trimmed(value: unknown): unknown {
  return typeof value === "string" ? value.trim() : value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(
      400,
      "invalid_json",
      "The order could not be read. Please reload the page and try again.",
    );
  }
}

function invalidPurchase(): HttpError {
  return new HttpError(
    400,
    "invalid_request",
    "We could not open the checkout for this item. Please reload the page and try again. If that does not help, write to us.",
  );
}
