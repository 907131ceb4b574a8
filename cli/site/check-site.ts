import { toKnownPrice } from "../../core/checkout/known-price.ts";
import type { Catalog } from "../../core/shop-definition/catalog.ts";
import type { Place } from "../../core/config/place.ts";
import type { StripeAccess } from "../../core/config/config.ts";
import { createStripeClient } from "../../core/stripe/client.ts";
import { realRuntime } from "../../core/runtime.ts";
import { classifyStripeError } from "../../core/stripe/errors.ts";
import { askStripe, type Answer } from "./ask-stripe.ts";
import { checkOffers, type OfferFindings } from "./check-offers.ts";
import type { LoadedSite } from "./load-site.ts";
import { findOtherShops, otherShopsIfTold, type OtherShops } from "./other-shops.ts";

export type SiteCheck =
  | ({
      kind: "asked";
      answers: ReadonlyMap<string, Answer>;
      catalog: Catalog;
      otherShops: OtherShops;
    } & OfferFindings)
  /** Stripe refuses the key: the owner's mistake. */
  | { kind: "key_refused"; problem: string }
  /** Stripe cannot be asked just now; not a mistake. */
  | { kind: "unreachable"; reason: string };

/** Asks Stripe about everything that the owner's files offer. */
export async function checkSite(
  site: LoadedSite,
  access: StripeAccess,
  /** Undefined when the shop's address is not known: then it cannot be told from other shops. */
  place: Place | undefined,
): Promise<SiteCheck> {
  const stripe = createStripeClient(access, realRuntime());
  try {
    const answers = await askStripe(stripe, Object.keys(site.catalog.prices));
    const catalog = { prices: Object.fromEntries(Array.from(answers, toEntry)) };
    const look = { livemode: access.livemode, nowMs: Date.now() };
    return {
      kind: "asked",
      answers,
      catalog,
      otherShops:
        place === undefined
          ? { problems: [], warnings: [] }
          : await otherShopsIfTold(() => findOtherShops(stripe, { ...site, catalog }, place, look)),
      ...checkOffers(site, answers, access.livemode),
    };
  } catch (error) {
    if (classifyStripeError(error) === "key_refused") {
      return {
        kind: "key_refused",
        problem:
          "Stripe refuses STRIPE_SECRET_KEY: it is wrong or revoked, or a restricted key that may not read prices. Copy a valid key from https://dashboard.stripe.com/apikeys, or give the restricted one all permissions of the README's table.",
      };
    }
    return { kind: "unreachable", reason: error instanceof Error ? error.message : String(error) };
  }
}

function toEntry([name, answer]: [string, Answer]): [string, Catalog["prices"][string]] {
  const known = answer.kind === "price" && answer.price.active ? toKnownPrice(answer.price) : undefined;
  return [name, known === undefined ? {} : { known }];
}
