import type Stripe from "stripe";

import { idOf } from "./ids.ts";
import { listPages } from "./list-pages.ts";
import { withinDeadline } from "./within-deadline.ts";
import type { Deadline } from "../retry/deadline.ts";

/**
 * When the account's list of disputes is too long, we ask about this many of the newest charges one by one: some years' worth.
 */
const MOST_ASKED_ONE_BY_ONE = 24;

/**
 * Every charge that was made for a subscription, newest first. Stripe lists charges by customer and payments by invoice, so it takes
 * both lists: the customer may have bought other things, too.
 * @throws when Stripe cannot be asked.
 */
export async function retrieveSubscriptionCharges(
  stripe: Stripe,
  { id: subscription, customer, created }: Stripe.Subscription,
  deadline: Deadline,
): Promise<readonly Stripe.Charge[]> {
  const intents = new Set<string | undefined>();
  const invoices = listPages(
    (page, options) => stripe.invoices.list({ subscription, expand: ["data.payments"], ...page }, options),
    deadline,
  );
  for await (const { payments } of invoices) {
    for (const { payment } of payments?.data ?? []) intents.add(idOf(payment.payment_intent));
  }
  // Some invoices and some charges have no payment intent. That does not mean that they belong together.
  intents.delete(undefined);
  const charges: Stripe.Charge[] = [];
  const customerId = idOf(customer) ?? "";
  const all = listPages(
    (page, options) =>
      stripe.charges.list({ customer: customerId, created: { gte: created }, ...page }, options),
    deadline,
  );
  for await (const charge of all) {
    if (intents.has(idOf(charge.payment_intent))) charges.push(charge);
  }
  return charges;
}

/**
 * The disputes about any of these charges, newest first. Also of charges that are not marked as disputed: an inquiry does not mark
 * its charge. One list of the account's disputes usually has them all.
 * @throws when Stripe cannot be asked.
 */
export async function retrieveDisputes(
  stripe: Stripe,
  charges: readonly Stripe.Charge[],
  deadline: Deadline,
): Promise<readonly Stripe.Dispute[]> {
  const [only, ...others] = charges;
  if (only === undefined) return [];
  const firstPage = async (about: { charge: string } | { created: { gte: number } }) =>
    stripe.disputes.list({ ...about, limit: 100 }, withinDeadline(deadline));
  if (others.length === 0) return (await firstPage({ charge: only.id })).data;

  const since = Math.min(...charges.map(({ created }) => created));
  const recent = await firstPage({ created: { gte: since } });
  const ids = new Set(charges.map(({ id }) => id));
  if (!recent.has_more) return recent.data.filter(({ charge }) => ids.has(idOf(charge) ?? ""));

  const newest = charges.slice(0, MOST_ASKED_ONE_BY_ONE);
  const asked = new Set([...newest, ...charges.filter(({ disputed }) => disputed)]);
  const found: Stripe.Dispute[] = [];
  for (const { id } of asked) found.push(...(await firstPage({ charge: id })).data);
  return found.toSorted((one, other) => other.created - one.created);
}
