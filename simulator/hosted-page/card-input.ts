/** What is wrong with one field, in the words of Stripe's page. */
export type FieldErrors<Name extends string> = Partial<Record<Name, string>>;

export type CardField = "cardNumber" | "cardExpiry" | "cardCvc";

export interface CardInput {
  number: string;
  expMonth: number;
  expYear: number;
}

/** Reads what was typed into the three card fields. `nowMs` decides what has expired. */
export function readCard(
  typed: Record<CardField, string>,
  nowMs: number,
): { card: CardInput } | { errors: FieldErrors<CardField> } {
  const number = typed.cardNumber.replaceAll(/[\s-]/g, "");
  const expiry = readExpiry(typed.cardExpiry, nowMs);
  const errors: FieldErrors<CardField> = {};
  const numberError = checkNumber(number);
  if (numberError !== null) errors.cardNumber = numberError;
  if ("error" in expiry) errors.cardExpiry = expiry.error;
  const cvcError = checkCvc(typed.cardCvc.trim(), number);
  if (cvcError !== null) errors.cardCvc = cvcError;
  if (Object.keys(errors).length > 0 || "error" in expiry) return { errors };
  return { card: { number, expMonth: expiry.month, expYear: expiry.year } };
}

function checkNumber(number: string): string | null {
  if (number === "") return "Your card number is incomplete.";
  if (!/^\d+$/.test(number)) return "Your card number is invalid.";
  const isAmex = /^3[47]/.test(number);
  if (number.length < (isAmex ? 15 : 16)) return "Your card number is incomplete.";
  return number.length <= 19 && passesLuhn(number) ? null : "Your card number is invalid.";
}

/** https://en.wikipedia.org/wiki/Luhn_algorithm */
function passesLuhn(number: string): boolean {
  const digits = Array.from(number, Number).toReversed();
  const sum = digits.reduce((total, digit, index) => {
    if (index % 2 === 0) return total + digit;
    return total + (digit > 4 ? digit * 2 - 9 : digit * 2);
  }, 0);
  return sum % 10 === 0;
}

function readExpiry(typed: string, nowMs: number): { month: number; year: number } | { error: string } {
  const match = /^\s*(\d{1,2})\s*[/\s-]?\s*(\d{2}|\d{4})\s*$/.exec(typed);
  if (match === null) return { error: "Your card's expiration date is incomplete." };
  const month = Number(match[1]);
  const year = Number(match[2]?.length === 4 ? match[2] : `20${match[2]}`);
  if (month < 1 || month > 12) return { error: "Your card's expiration date is invalid." };
  const now = new Date(nowMs);
  if (year < now.getUTCFullYear()) return { error: "Your card's expiration year is in the past." };
  if (year === now.getUTCFullYear() && month < now.getUTCMonth() + 1) {
    return { error: "Your card's expiration date is in the past." };
  }
  if (year > now.getUTCFullYear() + 50) return { error: "Your card's expiration year is invalid." };
  return { month, year };
}

function checkCvc(cvc: string, number: string): string | null {
  const length = /^3[47]/.test(number) ? 4 : 3;
  return /^\d+$/.test(cvc) && cvc.length === length ? null : "Your card's security code is incomplete.";
}
