import type { OrderSnapshot } from "../orders/order.ts";
import type { Mail } from "./mailer.ts";

/** The mail a buyer gets once the money is in. */
export function orderConfirmation(order: OrderSnapshot, siteUrl: string): Pick<Mail, "subject" | "text"> {
  const greeting = order.buyer.name === undefined ? "Hello," : `Hello ${singleLine(order.buyer.name)},`;
  const lines = order.items.map(
    (item) =>
      `  ${item.quantity} × ${singleLine(item.name)}  ${formatAmount(item.amountMinor, order.currency)}`,
  );
  return {
    subject: "Your order",
    text: [
      greeting,
      "",
      "thank you for your order. Your payment has arrived:",
      "",
      ...lines,
      `  Total  ${formatAmount(order.totalMinor, order.currency)}`,
      "",
      `Your order page: ${siteUrl}/success.html?session_id=${order.orderId}`,
      "",
    ].join("\n"),
  };
}

/** Minor units to text with the currency's own number of decimals: 3200 eur is €32.00, 500 jpy is ¥500. */
export function formatAmount(amountMinor: number, currency: string): string {
  const format = new Intl.NumberFormat("en", { style: "currency", currency: currency.toUpperCase() });
  const decimals = format.resolvedOptions().maximumFractionDigits ?? 2;
  return format.format(amountMinor / 10 ** decimals);
}

function singleLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}
