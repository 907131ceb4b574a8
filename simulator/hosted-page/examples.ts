/** The cards the payment page offers at one click. More are in transitions/test-cards.ts. */
export const cardExamples: readonly { number: string; label: string }[] = [
  { number: "4242424242424242", label: "Pays" },
  { number: "4000002500003155", label: "Asks for 3-D Secure" },
  { number: "4000002760003184", label: "Always asks for 3-D Secure" },
  { number: "4000000000000002", label: "Declined" },
  { number: "4000000000009995", label: "Insufficient funds" },
];

export function exampleCard(number: string) {
  return { cardNumber: groupedDigits(number), cardExpiry: "12 / 34", cardCvc: "123" };
}

/** A buyer who does not exist: example.com is reserved. */
export const exampleBuyer = {
  email: "jenny.rosen@example.com",
  billingName: "Jenny Rosen",
  phone: "+49 30 901820",
  shippingName: "Jenny Rosen",
  shippingLine1: "Hafenstraße 12",
  shippingPostalCode: "18439",
  shippingCity: "Stralsund",
  shippingCountry: "DE",
};

export function groupedDigits(number: string): string {
  return number.replaceAll(/(\d{4})(?=\d)/g, "$1 ");
}
