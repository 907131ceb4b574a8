import * as z from "zod/mini";

import { HttpError } from "../http/http-error.ts";

const MAX_QUANTITY = 99;

/**
 * All that a browser may decide: which price, how many, and a reference of the owner's own. No amount, no currency, no
 * address, no mode. Strict, so that a field we do not know is refused instead of being ignored.
 */
const purchaseSchema = z.strictObject({
  price_id: z.string().check(z.regex(/^price_\w{1,100}$/)),
  quantity: z._default(z.int().check(z.gte(1), z.lte(MAX_QUANTITY)), 1),
  /** Shows up in the owner's Stripe dashboard, e.g. a campaign or a customer number. */
  client_reference_id: z.optional(z.string().check(z.regex(/^[\w-]{1,200}$/))),
});

export type PurchaseRequest = z.output<typeof purchaseSchema>;

/** @throws HttpError 400 in words a buyer can read. */
export function parseJsonPurchase(text: string): PurchaseRequest {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw new HttpError(
      400,
      "invalid_json",
      "The order could not be read. Please reload the page and try again.",
      { cause },
    );
  }
  return parsePurchase(body);
}

/** A form's fields are text: digits become a number, and a field given twice is refused. */
export function parseFormPurchase(text: string): PurchaseRequest {
  const fields = [...new URLSearchParams(text)];
  const body: Record<string, unknown> = Object.fromEntries(fields);
  if (Object.keys(body).length !== fields.length) throw invalidPurchase("A field was given twice.");
  if (typeof body["quantity"] === "string" && /^\d{1,4}$/.test(body["quantity"]))
    body["quantity"] = Number(body["quantity"]);
  return parsePurchase(body);
}

function parsePurchase(body: unknown): PurchaseRequest {
  const result = purchaseSchema.safeParse(body);
  if (result.success) return result.data;
  const fields = new Set(result.error.issues.map((issue) => issue.path[0]));
  if (fields.has("quantity")) {
    throw new HttpError(400, "invalid_quantity", `Please choose a whole number from 1 to ${MAX_QUANTITY}.`, {
      cause: result.error,
    });
  }
  throw invalidPurchase(result.error);
}

function invalidPurchase(cause: unknown): HttpError {
  return new HttpError(
    400,
    "invalid_request",
    "This item cannot be bought like this. Please reload the page and try again.",
    {
      cause,
    },
  );
}
