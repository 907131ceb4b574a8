import { tidyDelivered, type Delivered } from "../../delivery/delivered.ts";
import { isolate } from "../../format/isolate.ts";
import { longDate } from "../../format/long-date.ts";
import { isMailAddress } from "../../format/mail-address.ts";
import { formatMoney } from "../../format/money.ts";
import { singleLine } from "../../format/plain-text.ts";
import type { OrderSnapshot } from "../../orders/order.ts";
import type { ShopAppearance } from "../../shop-definition/appearance.ts";
import { includedSums, sumRows, type SumRow } from "./sum-rows.ts";

export interface Confirmation {
  order: OrderSnapshot;
  shop: ShopAppearance;
  /** The buyer's page for this order. */
  orderUrl: string;
  /** What each of the order's items brought, in their order; shorter if the last ones brought nothing. */
  deliveries: readonly (readonly Delivered[])[];
}

/** What both forms of the mail say, as text: no line breaks, nothing escaped yet. */
export interface ConfirmationWords {
  headline: string;
  greeting: string;
  opening: string;
  orderNumber: string;
  orderedOn: string;
  lines: readonly ConfirmationLine[];
  /** Between the lines and the total. */
  sums: readonly SumRow[];
  total: string;
  /** What the total already includes, a sentence each. */
  included: readonly string[];
  /** What the buyer paid in their own currency. */
  paid: string | undefined;
  orderUrl: string;
  shop: ShopAppearance;
}

export interface ConfirmationLine {
  name: string;
  quantity: number;
  amount: string;
  deliveries: readonly Delivered[];
}

/** Amounts as the buyer is used to see them, names in one line, an address only if it is one. */
export function confirmationWords({ order, shop, orderUrl, deliveries }: Confirmation): ConfirmationWords {
  const money = (amountMinor: number, currency: string): string =>
    formatMoney(amountMinor, currency, knownLocale(order.locale));
  const ours = (amountMinor: number): string => money(amountMinor, order.currency);
  const { presentment } = order;
  return {
    ...openingWords(order),
    greeting: greet(order.buyer.name),
    orderNumber: order.orderId,
    orderedOn: longDate(order.createdMs),
    lines: order.items.map((item, index) => ({
      name: singleLine(item.name),
      quantity: item.quantity,
      amount: ours(item.amountMinor),
      deliveries: (deliveries[index] ?? []).map(tidyDelivered),
    })),
    sums: sumRows(order, ours),
    total: ours(order.totalMinor),
    included: includedSums(order, ours),
    paid: presentment === undefined ? undefined : money(presentment.amountMinor, presentment.currency),
    orderUrl,
    shop: { ...shop, name: singleLine(shop.name), supportEmail: supportOf(shop) },
  };
}

/** The mail's headline, and the sentences after "Hello,". They mention a payment only if there was one. */
function openingWords(order: OrderSnapshot): { headline: string; opening: string } {
  const words = order.mode === "subscription" ? subscriptionWords(order) : purchaseWords(order);
  if (!order.needsShipping) return words;
  return { ...words, opening: `${words.opening} We will send your order to the address that you gave.` };
}

function purchaseWords({ totalMinor }: OrderSnapshot): { headline: string; opening: string } {
  const headline = "Thank you for your order";
  if (totalMinor === 0) return { headline, opening: "here is what you ordered. There was nothing to pay." };
  return { headline, opening: "your payment has arrived. Here is what you bought." };
}

function subscriptionWords({ totalMinor, isTrial }: OrderSnapshot): { headline: string; opening: string } {
  if (isTrial) {
    const opening =
      totalMinor === 0 ? "thank you. Nothing has been charged yet." : "thank you. Your payment has arrived.";
    return { headline: "Your trial has started", opening };
  }
  const headline = "Your subscription has started";
  if (totalMinor === 0) return { headline, opening: "thank you. There was nothing to pay today." };
  return { headline, opening: "thank you. Your first payment has arrived." };
}

function supportOf({ supportEmail }: ShopAppearance): string | undefined {
  return supportEmail !== undefined && isMailAddress(supportEmail) ? supportEmail : undefined;
}

const LONGEST_NAME = 60;

/**
 * Greets by name, unless the name does not look like one: a payer may type a stranger's address and put an advertisement into the
 * name, and the shop must not mail that.
 */
function greet(name: string | undefined): string {
  const words = singleLine(name ?? "");
  const looksLikeName = words !== "" && words.length <= LONGEST_NAME && !/[@/<>]|\.\w{2}/.test(words);
  return looksLikeName ? `Hello ${isolate(words)},` : "Hello,";
}

/** Numbers are written as the buyer is used to; the words are English. */
function knownLocale(locale: string | undefined): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale ?? "en")[0] ?? "en";
  } catch {
    return "en";
  }
}
