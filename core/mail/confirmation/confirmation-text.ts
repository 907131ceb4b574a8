import type { Delivered } from "../../delivery/delivered.ts";
import { isolate } from "../../format/isolate.ts";
import type { ConfirmationWords } from "./confirmation-words.ts";

/** The mail for programs, and people, that prefer text. Says everything that the HTML says. */
export function confirmationText(words: ConfirmationWords): string {
  const { shop, lines } = words;
  return [
    words.greeting,
    "",
    words.opening,
    "",
    ...lines.flatMap(({ name, quantity, amount, deliveries }) => [
      `  ${quantity} × ${isolate(name)}  ${amount}`,
      ...deliveries.flatMap(deliveredText),
      ...(deliveries.length > 0 ? [""] : []),
    ]),
    ...words.sums.map(({ name, amount }) => `  ${name}  ${amount}`),
    `  Total  ${words.total}`,
    ...words.included.map((sentence) => `  ${sentence}`),
    ...(words.paid === undefined ? [] : [`  You paid ${words.paid}, converted by Stripe.`]),
    "",
    "Your order page, which always shows the status of your order:",
    words.orderUrl,
    "",
    `Order number: ${words.orderNumber}`,
    `Ordered on ${words.orderedOn}`,
    "",
    shop.supportEmail === undefined
      ? "Questions? Reply to this mail."
      : `Questions? Reply to this mail, or write to ${shop.supportEmail}.`,
    "",
    "-- ",
    shop.name,
    "",
  ].join("\n");
}

function deliveredText(delivered: Delivered): string[] {
  const name = isolate(delivered.name);
  switch (delivered.kind) {
    case "download":
      return [
        "",
        `    Download: ${name}`,
        `    ${delivered.url}`,
        ...(delivered.note === undefined ? [] : [`    ${delivered.note}`]),
      ];
    case "link":
      return ["", `    ${name}:`, `    ${delivered.url}`];
    case "license":
      return ["", `    ${name}:`, `    ${delivered.key}`];
    case "text":
      return ["", `    ${name}`, ...delivered.text.split("\n").map((line) => `    ${line}`.trimEnd())];
  }
}
