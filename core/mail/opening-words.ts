import type { OrderSnapshot } from "../orders/order.ts";

/** The mail's headline, and the sentences after "Hello,". They mention a payment only if there was one. */
export function openingWords(order: OrderSnapshot): { headline: string; opening: string } {
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
