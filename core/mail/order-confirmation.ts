import { longDate } from "../long-date.ts";
import { formatMoney } from "../money.ts";
import type { OrderSnapshot } from "../orders/order.ts";
import type { ShopAppearance } from "../shop-appearance.ts";
import { confirmationHtml } from "./confirmation-html.ts";
import { confirmationText } from "./confirmation-text.ts";
import type { Delivered } from "../deliveries/delivered.ts";
import { tidyDelivered } from "./tidy-delivered.ts";
import { isMailAddress } from "./mail-address.ts";
import type { Mail } from "./mailer.ts";
import { singleLine } from "./plain-text.ts";

export interface Confirmation {
  order: OrderSnapshot;
  shop: ShopAppearance;
  /** The buyer's page of this order. */
  orderUrl: string;
  /** What each of the order's items brought, in their order; shorter where the last ones brought nothing. */
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
  total: string;
  /** What the buyer paid in a currency of their own. */
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

/** The mail a buyer gets once the money is in. */
export function orderConfirmation(confirmation: Confirmation): Omit<Mail, "to"> {
  const words = wordsOf(confirmation);
  return {
    subject: `Your order at ${words.shop.name}`,
    text: confirmationText(words),
    html: confirmationHtml(words),
  };
}

function wordsOf({ order, shop, orderUrl, deliveries }: Confirmation): ConfirmationWords {
  const money = (amountMinor: number, currency: string): string =>
    formatMoney(amountMinor, currency, knownLocale(order.locale));
  const isSubscription = order.mode === "subscription";
  const { presentment } = order;
  return {
    headline: isSubscription ? "Your subscription has started" : "Thank you for your order",
    greeting: greet(order.buyer.name),
    opening: isSubscription
      ? "thank you. Your first payment has arrived."
      : "your payment has arrived. Here is what you bought.",
    orderNumber: order.orderId,
    orderedOn: longDate(order.createdMs),
    lines: order.items.map((item, index) => ({
      name: singleLine(item.name),
      quantity: item.quantity,
      amount: money(item.amountMinor, order.currency),
      deliveries: (deliveries[index] ?? []).map(tidyDelivered),
    })),
    total: money(order.totalMinor, order.currency),
    paid: presentment === undefined ? undefined : money(presentment.amountMinor, presentment.currency),
    orderUrl,
    shop: { ...shop, name: singleLine(shop.name), supportEmail: supportOf(shop) },
  };
}

function supportOf({ supportEmail }: ShopAppearance): string | undefined {
  return supportEmail !== undefined && isMailAddress(supportEmail) ? supportEmail : undefined;
}

const LONGEST_NAME = 60;

/**
 * By name, unless the name is none: whoever pays may type somebody else's address beside an advertisement, and no mail of the
 * shop's carries that one.
 */
function greet(name: string | undefined): string {
  const words = singleLine(name ?? "");
  const looksLikeName = words !== "" && words.length <= LONGEST_NAME && !/[@/<>]|\.\w{2}/.test(words);
  return looksLikeName ? `Hello ${words},` : "Hello,";
}

/** Numbers are written as the buyer is used to; the words are English. */
function knownLocale(locale: string | undefined): string {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale ?? "en")[0] ?? "en";
  } catch {
    return "en";
  }
}
