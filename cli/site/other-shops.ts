import type Stripe from "stripe";

import { ONLY_SHOP } from "../../core/config/variables.ts";
import { saleNote } from "../../core/stripe/metadata.ts";
import { soldIn } from "../../core/stripe/session-owner.ts";
import { hostOf, isAt, whoseSale, type ShopIdentity } from "../../core/stripe/whose-sale.ts";
import type { Place } from "../../core/config/place.ts";
import { isLoopbackHost } from "../../core/config/loopback.ts";
import { shopIdentity } from "../../core/shop-identity.ts";
import type { Site } from "../../core/shop-definition/site.ts";
import { isStripeError } from "../../core/stripe/errors.ts";

/** What else sells on this shop's Stripe account. */
export interface OtherShops {
  /** Both shops would fulfill one order. */
  problems: string[];
  warnings: string[];
}

const LOOK_BACK_MS = 30 * 24 * 3_600_000;
const MOST_SESSIONS = 300;
const TIMEOUT_MS = 15_000;

/** Sales of one address, in seconds since 1970. */
interface Sales {
  oldest: number;
  newest: number;
  /** One of them sold what this shop sells, or may have. */
  mayBeOurs: boolean;
}

/**
 * Checks whether a second shop without a name sells on this Stripe account. In test mode, where previews and developers buy as well, it only
 * warns.
 * @throws Stripe's error when it cannot be asked.
 */
export async function findOtherShops(
  stripe: Stripe,
  site: Site,
  place: Place,
  { livemode, nowMs }: { livemode: boolean; nowMs: number },
): Promise<OtherShops> {
  const found: OtherShops = { problems: [], warnings: [] };
  // Neither a shop with a name nor a preview of this one can be taken for another.
  if (place.shopId !== ONLY_SHOP || place.isPreview) return found;
  const identity = shopIdentity(place, site);
  const { ours, elsewhere } = await recentSales(stripe, identity, nowMs);
  const own = hostOf(place.siteUrl) ?? place.siteUrl;
  for (const [host, sales] of elsewhere) {
    const isStillOpen = ours !== undefined && sales.newest >= ours.oldest;
    const list = livemode && isStillOpen && sales.mayBeOurs ? found.problems : found.warnings;
    list.push(sentenceOn(host, own, isStillOpen, sales));
  }
  return found;
}

const CURE =
  "give each shop a name, SHOP_ID=… (letters and digits, such as prints), in the environment variables of its host, and deploy both. What each has sold so far stays its own";

function sentenceOn(host: string, own: string, isStillOpen: boolean, { mayBeOurs }: Sales): string {
  const found = `Your Stripe account has recent orders of a shop without SHOP_ID at ${host}, besides those at ${own}.`;
  if (!isStillOpen) {
    return `${found} If ${host} is the former address of this shop, there is nothing to do: its orders stay yours, and those of prices that you no longer sell do so too once ALLOWED_ORIGINS names it. If it is another shop, ${CURE}.`;
  }
  return mayBeOurs
    ? `${found} Both sell the same prices at the same time, and nothing tells their orders apart, so that both would deliver: ${CURE}. If ${host} is this very shop by another name, put it into ALLOWED_ORIGINS instead.`
    : `${found} They sell other prices, so that each delivers its own. To be safe when that changes, ${CURE}.`;
}

async function recentSales(
  stripe: Stripe,
  identity: ShopIdentity,
  nowMs: number,
): Promise<{ ours: Sales | undefined; elsewhere: ReadonlyMap<string, Sales> }> {
  const elsewhere = new Map<string, Sales>();
  let ours: Sales | undefined;
  let looked = 0;
  const created = { gte: Math.floor((nowMs - LOOK_BACK_MS) / 1000) };
  const sessions = stripe.checkout.sessions.list(
    { status: "complete", created, limit: 100 },
    { timeout: TIMEOUT_MS },
  );
  // Newest first.
  for await (const session of sessions) {
    const { shopId, site = session.success_url ?? undefined } = saleNote(session.metadata);
    const host = site === undefined ? undefined : hostOf(site);
    const isUnnamed = shopId === ONLY_SHOP && site !== undefined && host !== undefined;
    if (isUnnamed && isAt(site, identity)) ours = withSale(ours, session, true);
    else if (isUnnamed && !isLoopbackHost(host)) {
      const mayBeOurs = whoseSale(soldIn(session), identity) !== "theirs";
      elsewhere.set(host, withSale(elsewhere.get(host), session, mayBeOurs));
    }
    looked += 1;
    if (looked === MOST_SESSIONS) break;
  }
  return { ours, elsewhere };
}

function withSale(sales: Sales | undefined, { created }: Stripe.Checkout.Session, mayBeOurs: boolean): Sales {
  if (sales === undefined) return { oldest: created, newest: created, mayBeOurs };
  return {
    oldest: Math.min(sales.oldest, created),
    newest: Math.max(sales.newest, created),
    mayBeOurs: sales.mayBeOurs || mayBeOurs,
  };
}

/** The prices are worth comparing even when this question fails. */
export async function otherShopsIfTold(look: () => Promise<OtherShops>): Promise<OtherShops> {
  try {
    return await look();
  } catch (error) {
    // A key that may only read prices sees no sessions. The shop itself reports what its own key lacks.
    if (isStripeError(error) && error.statusCode === 403) return { problems: [], warnings: [] };
    const reason = error instanceof Error ? error.message : String(error);
    return {
      problems: [],
      warnings: [`Stripe could not be asked whether another shop sells on this account: ${reason}`],
    };
  }
}
