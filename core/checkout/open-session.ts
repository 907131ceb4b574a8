import type Stripe from "stripe";

import type { LicenseSigner } from "../delivery/licenses/license-signer.ts";
import { requireLicenseKey } from "../delivery/licenses/licenses-of.ts";
import type { Log } from "../log/log.ts";
import type { Deadline } from "../retry/deadline.ts";
import { isReplayedFailure, isStripeError } from "../stripe/errors.ts";
import { withinDeadline } from "../stripe/within-deadline.ts";
import type { PriceCatalog, PriceForSale } from "./price-catalog.ts";
import type { PurchaseRequest } from "./purchase-request.ts";
import { sessionExpiry } from "./session-expiry.ts";
import { sessionParameters } from "./session-parameters.ts";
import { refusesPrice, toHttpError } from "./stripe-refusal.ts";

export interface OpenSessionDependencies {
  stripe: Stripe;
  catalog: PriceCatalog;
  config: Parameters<typeof sessionParameters>[2] & { checkoutMinutes: number };
  licenseSigner: LicenseSigner;
  now: () => number;
  log: Log;
}

/**
 * Opens a Checkout Session for a purchase, the same one for every request with the same key in the same five minutes.
 * @throws HttpError that says to the buyer what to do; the log tells the owner what is wrong.
 */
export async function openSession(
  purchase: PurchaseRequest,
  idempotencyKey: string | undefined,
  deadline: Deadline,
  { stripe, catalog, config, licenseSigner, now, log }: OpenSessionDependencies,
): Promise<{ id: string; url: string }> {
  const { step, atSeconds } = sessionExpiry(now(), config.checkoutMinutes);
  const key = idempotencyKey === undefined ? undefined : `create/${step}/${idempotencyKey}`;
  // Other parameters need another key.
  const create = (price: PriceForSale, expiresAtSeconds: number | undefined, suffix: string) => {
    const parameters = sessionParameters(purchase, price, config, expiresAtSeconds);
    return createOnce(stripe, parameters, key && `${key}${suffix}`, deadline);
  };
  const openWith = (price: PriceForSale, suffix: string) =>
    create(price, atSeconds, suffix).catch((error: unknown) => {
      if (!(isStripeError(error) && error.param === "expires_at")) throw error;
      // This machine's clock is wrong. That is no reason to sell nothing: Stripe ends the session by itself, after a day.
      log.warn("clock_differs_from_stripes");
      return create(price, undefined, `${suffix}/day`);
    });
  try {
    const price = await catalog.find(purchase, deadline);
    requireLicenseKey(price.settings, licenseSigner, log);
    const { id, url } = await openWith(price, "").catch(async (error: unknown) => {
      const moved = refusesPrice(error) ? await catalog.findAnew(purchase, price, deadline) : undefined;
      if (moved === undefined) throw error;
      return openWith(moved, `/${moved.id}`);
    });
    if (url === null) throw new Error(`Stripe opened ${id} without a page to send the buyer to.`);
    return { id, url };
  } catch (error) {
    throw toHttpError(error, log);
  }
}

/**
 * The same session for every retry of one purchase. A failure of Stripe's own stays under its key for a day, so a retry would get it
 * again and again. Then a second key, as deterministic as the first, takes over.
 */
async function createOnce(
  stripe: Stripe,
  parameters: Stripe.Checkout.SessionCreateParams,
  idempotencyKey: string | undefined,
  deadline: Deadline,
): Promise<Stripe.Checkout.Session> {
  const create = (key?: string): Promise<Stripe.Checkout.Session> =>
    stripe.checkout.sessions.create(parameters, {
      ...withinDeadline(deadline),
      ...(key !== undefined && { idempotencyKey: key }),
    });
  if (idempotencyKey === undefined) return create();
  try {
    return await create(idempotencyKey);
  } catch (error) {
    if (!isReplayedFailure(error)) throw error;
    return create(`${idempotencyKey}/2`);
  }
}
