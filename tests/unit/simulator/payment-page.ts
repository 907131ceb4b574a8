import type { TestAccount } from "./open-account.ts";

/** What a buyer types to pay by card. */
export const TYPED = {
  email: "ada@example.com",
  cardNumber: "4242 4242 4242 4242",
  cardExpiry: "12/34",
  cardCvc: "123",
  billingName: "Ada Lovelace",
  paymentMethod: "card",
  action: "pay",
};

/** Follows no redirect, runs no script: what a plain form in a plain browser sends. */
export async function send(
  account: TestAccount,
  url: string,
  fields?: Record<string, string>,
): Promise<Response> {
  const form = fields === undefined ? {} : { method: "POST", body: new URLSearchParams(fields) };
  const response = await account.simulated.handleHostedPage(new Request(url, form));
  if (response === undefined) throw new Error(`${url} is no address of the payment page`);
  return response;
}
