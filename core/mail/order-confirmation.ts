import type { Delivered } from "../delivery/delivered.ts";
import { isolate } from "../format/isolate.ts";
import { longDate } from "../format/long-date.ts";
import { isMailAddress } from "../format/mail-address.ts";
import { formatMoney } from "../format/money.ts";
import { singleLine } from "../format/plain-text.ts";
import type { OrderSnapshot } from "../orders/order.ts";
import type { ShopAppearance } from "../shop-definition/appearance.ts";
import { confirmationHtml } from "./confirmation-html.ts";
import { confirmationText } from "./confirmation-text.ts";
import type { ConfirmationWords } from "./confirmation-words.ts";
import type { Mail } from "./mailer.ts";
import { openingWords } from "./opening-words.ts";
import { includedSums, sumRows } from "./sum-rows.ts";
import { tidyDelivered } from "./tidy-delivered.ts";

export interface Confirmation {
  order: OrderSnapshot;
  shop: ShopAppearance;
  /** The buyer's page for this order. */
  orderUrl: string;
  /** What each of the order's items brought, in their order; shorter if the last ones brought nothing. */
  deliveries: readonly (readonly Delivered[])[];
}

/** The mail a buyer gets once the money is in. */
export function orderConfirmation(confirmation: Confirmation): Omit<Mail, "to"> {
  const words = wordsOf(confirmation);
  return {
    subject: `Your order at ${isolate(words.shop.name)}`,
    text: confirmationText(words),
    html: confirmationHtml(words),
  };
}

function wordsOf({ order, shop, orderUrl, deliveries }: Confirmation): ConfirmationWords {
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
