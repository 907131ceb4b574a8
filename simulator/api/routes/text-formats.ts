import { StripeApiError } from "../errors.ts";

export function refuseBadUrl(value: string, param: string): void {
  // Curly braces of {CHECKOUT_SESSION_ID} are no obstacle to URL parsing.
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url?.protocol === "https:" || url?.protocol === "http:") return;
  throw new StripeApiError("Not a valid URL", { code: "url_invalid", param });
}

export function isEmailAddress(value: string): boolean {
  return /^[^\s@,;<>]+@[^\s@,;<>]+\.[^\s@,;<>]+$/.test(value);
}
