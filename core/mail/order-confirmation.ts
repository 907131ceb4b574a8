import { formatMoney } from "../money.ts";
import type { OrderSnapshot } from "../orders/order.ts";
import type { Mail } from "./mailer.ts";

/** The mail a buyer gets once the money is in. */
export function orderConfirmation(order: OrderSnapshot, siteUrl: string): Pick<Mail, "subject" | "text"> {
  const greeting = order.buyer.name === undefined ? "Hello," : `Hello ${singleLine(order.buyer.name)},`;
  const lines = order.items.map(
    (item) =>
      `  ${item.quantity} × ${singleLine(item.name)}  ${formatMoney(item.amountMinor, order.currency, "en")}`,
  );
  return {
    subject: "Your order",
    text: [
      greeting,
      "",
      "thank you for your order. Your payment has arrived:",
      "",
      ...lines,
      `  Total  ${formatMoney(order.totalMinor, order.currency, "en")}`,
      "",
      `Your order page: ${siteUrl}/success.html?session_id=${order.orderId}`,
      "",
    ].join("\n"),
  };
}

function singleLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ");
}
