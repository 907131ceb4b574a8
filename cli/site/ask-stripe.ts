import type Stripe from "stripe";

import { isPriceId } from "../../core/shop-definition/catalog.ts";
import { classifyStripeError, isStripeError } from "../../core/stripe/errors.ts";

export type Answer =
  | { kind: "price"; price: Stripe.Price }
  | { kind: "missing" }
  /** It is there, but in live mode for a test key, or the other way round. */
  | { kind: "other_mode" };

/** Far below Stripe's limit of 25 requests a second for one key. */
const AT_ONCE = 4;

/** Stripe takes no more lookup keys in one request. */
const KEYS_PER_LIST = 10;

const TIMEOUT_MS = 15_000;

/**
 * What Stripe says about each price, by the name that the owner's files use.
 * @throws Stripe's error when it cannot be asked at all.
 */
export async function askStripe(
  stripe: Stripe,
  names: Iterable<string>,
): Promise<ReadonlyMap<string, Answer>> {
  const all = [...new Set(names)];
  try {
    return await ask(stripe, all, ["product", "currency_options"]);
  } catch (error) {
    // A restricted key may lack the permission to read products: then archived ones go unnoticed.
    if (!isStripeError(error) || error.statusCode !== 403) throw error;
    return ask(stripe, all, ["currency_options"]);
  }
}

async function ask(
  stripe: Stripe,
  all: readonly string[],
  expand: readonly string[],
): Promise<ReadonlyMap<string, Answer>> {
  const lookupKeys = all.filter((name) => !isPriceId(name));
  const questions = [
    ...all.filter(isPriceId).map((id) => async () => [await askForId(stripe, id, expand)]),
    ...chunks(lookupKeys, KEYS_PER_LIST).map((keys) => () => askForLookupKeys(stripe, keys, expand)),
  ];
  const answers: [string, Answer][] = [];
  for (const group of chunks(questions, AT_ONCE)) {
    answers.push(...(await Promise.all(group.map((question) => question()))).flat());
  }
  return new Map(answers);
}

async function askForId(stripe: Stripe, id: string, expand: readonly string[]): Promise<[string, Answer]> {
  try {
    const price = await stripe.prices.retrieve(id, { expand: [...expand] }, { timeout: TIMEOUT_MS });
    return [id, { kind: "price", price }];
  } catch (error) {
    if (classifyStripeError(error) !== "not_found" || !isStripeError(error)) throw error;
    // "No such price: 'price_…'; a similar object exists in test mode, but a live mode key was used to make this request."
    const inOtherMode = /exists in (?:test|live) mode/.test(error.message);
    return [id, { kind: inOtherMode ? "other_mode" : "missing" }];
  }
}

async function askForLookupKeys(
  stripe: Stripe,
  keys: readonly string[],
  expand: readonly string[],
): Promise<[string, Answer][]> {
  const { data } = await stripe.prices.list(
    { lookup_keys: [...keys], limit: KEYS_PER_LIST, expand: expand.map((field) => `data.${field}`) },
    { timeout: TIMEOUT_MS },
  );
  return keys.map((key) => {
    const price = data.find(({ lookup_key }) => lookup_key === key);
    return [key, price === undefined ? { kind: "missing" } : { kind: "price", price }];
  });
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size));
}
