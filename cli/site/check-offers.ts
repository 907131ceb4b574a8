import type Stripe from "stripe";

import { isPriceId } from "../../core/shop-definition/catalog.ts";
import type { CheckoutOptions } from "../../core/shop-definition/shop-definition.ts";
import { checkoutOptions, priceSettings, type Site } from "../../core/shop-definition/site.ts";
import type { Answer } from "./ask-stripe.ts";
import { checkPrintedPrice } from "./check-printed-price.ts";
import { checkTaxCode } from "./managed-payments.ts";
import { checkMovedKeys } from "./moved-keys.ts";
import { otherIdProblem } from "./other-ids.ts";
import type { Offer } from "./read-offers.ts";

export interface OfferFindings {
  /** `file:line: what is wrong, and what to do.` */
  problems: string[];
  /** Prices of the other mode than the key's: right, but not for sale here. */
  otherMode: string[];
}

/** Compares what the owner's files offer with what Stripe says; every mistake once. */
export function checkOffers(
  site: Site & { offers: readonly Offer[] },
  answers: ReadonlyMap<string, Answer>,
  livemode: boolean,
): OfferFindings {
  const problems = new Set<string>();
  const otherMode = new Set<string>();
  for (const offer of site.offers) {
    const where = `${offer.file}:${offer.line}`;
    const answer = answers.get(offer.name) ?? { kind: "missing" };
    if (answer.kind === "missing") problems.add(`${where}: ${missing(offer.name, livemode)}`);
    if (answer.kind === "other_mode") otherMode.add(`${where}: ${inOtherMode(offer.name, livemode)}`);
    if (answer.kind !== "price") continue;

    const { price } = answer;
    const unsellable = checkPrice(offer.name, price);
    if (unsellable !== undefined) problems.add(`${where}: ${unsellable}`);
    for (const printed of offer.printed) {
      const problem = checkPrintedPrice(printed, offer.name, price);
      if (problem !== undefined) problems.add(`${offer.file}:${printed.line}: ${problem}`);
    }
  }
  for (const [name, answer] of answers) {
    if (answer.kind !== "price") continue;
    const { price } = answer;
    const lookupKey = isPriceId(name) ? (price.lookup_key ?? undefined) : name;
    const options = checkoutOptions(site, priceSettings(site, { priceId: price.id, lookupKey }));
    // It can be fixed in shop.config.ts, if the price has an entry there.
    const offer = site.offers.findLast((candidate) => candidate.name === name);
    for (const problem of [...checkShipping(name, price, options), ...checkTaxCode(name, price, options)]) {
      problems.add(`${offer?.file}:${offer?.line}: ${problem}`);
    }
  }
  for (const problem of checkMovedKeys(site, answers)) problems.add(problem);
  return { problems: [...problems], otherMode: [...otherMode] };
}

function missing(name: string, livemode: boolean): string {
  const mode = livemode ? "live" : "test";
  const products = `https://dashboard.stripe.com/${livemode ? "" : "test/"}products`;
  const otherId = otherIdProblem(name, products);
  if (otherId !== undefined) return otherId;
  return isPriceId(name)
    ? `your Stripe account has no price "${name}" in ${mode} mode. Copy the id of the right one from ${products}.`
    : `no price of your Stripe account has the lookup key "${name}" in ${mode} mode. Give it to a price, or use a price id, from ${products}.`;
}

function inOtherMode(name: string, livemode: boolean): string {
  const [here, there] = livemode ? ["live", "test"] : ["test", "live"];
  return `"${name}" is a price of ${there} mode, and STRIPE_SECRET_KEY is a ${here} key. Use the ${here} price's id, or give both prices the same lookup key and use that: then one page works in both modes.`;
}

function checkPrice(name: string, price: Stripe.Price): string | undefined {
  if (!price.active) {
    return `"${name}" is archived at Stripe and cannot be bought. Use the price that replaced it, or activate it again.`;
  }
  if (typeof price.product === "object" && (price.product.deleted === true || !price.product.active)) {
    return `the product of "${name}" is archived at Stripe and cannot be bought. Take this off the page, or activate the product again.`;
  }
  if (price.recurring?.usage_type === "metered") {
    return `"${name}" is billed by usage, so a quantity of it cannot be sold. Use a price with a fixed amount.`;
  }
  return undefined;
}

/** What Stripe would refuse when the checkout is opened. */
function checkShipping(name: string, price: Stripe.Price, { shipping }: CheckoutOptions): string[] {
  const rates = shipping ? (shipping.rates ?? []) : [];
  if (rates.length > 0 && price.type === "recurring") {
    return [
      `"${name}" is a subscription, and Stripe offers shipping rates for one-time payments only. Give it \`checkout: { shipping: { countries } }\` without rates in shop.config.ts.`,
    ];
  }
  return rates.flatMap((rate) =>
    typeof rate === "string" || rate.currency === price.currency
      ? []
      : [
          `"${name}" is paid in ${price.currency.toUpperCase()}, and the shipping rate "${rate.name}" in ${rate.currency.toUpperCase()}. Make them one currency in shop.config.ts.`,
        ],
  );
}
