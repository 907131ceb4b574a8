import type Stripe from "stripe";
import { StripeApiError } from "../errors.ts";
import type { KnownValue } from "../known-value.ts";
import { oneOf } from "../parameters.ts";

type Allowed = Stripe.Checkout.SessionCreateParams.AllowedPaymentMethodType;
type Excluded = Stripe.Checkout.SessionCreateParams.ExcludedPaymentMethodType;

const excludable: Record<KnownValue<Excluded>, true> = {
  acss_debit: true,
  affirm: true,
  afterpay_clearpay: true,
  alipay: true,
  alma: true,
  amazon_pay: true,
  au_becs_debit: true,
  bacs_debit: true,
  bancontact: true,
  billie: true,
  bizum: true,
  blik: true,
  boleto: true,
  card: true,
  cashapp: true,
  crypto: true,
  customer_balance: true,
  eps: true,
  fpx: true,
  giropay: true,
  grabpay: true,
  ideal: true,
  kakao_pay: true,
  klarna: true,
  konbini: true,
  kr_card: true,
  mb_way: true,
  mobilepay: true,
  multibanco: true,
  naver_pay: true,
  nz_bank_account: true,
  oxxo: true,
  p24: true,
  pay_by_bank: true,
  payco: true,
  paynow: true,
  paypal: true,
  paypay: true,
  payto: true,
  pix: true,
  promptpay: true,
  revolut_pay: true,
  samsung_pay: true,
  satispay: true,
  scalapay: true,
  sepa_debit: true,
  sequra: true,
  sofort: true,
  sunbit: true,
  swish: true,
  twint: true,
  upi: true,
  us_bank_account: true,
  wechat_pay: true,
  zip: true,
};

export const excludedPaymentMethodType = oneOf<Excluded>(excludable);

/** Link may be asked for like a method, but is switched off elsewhere (`wallet_options`). */
export const allowedPaymentMethodType = oneOf<Allowed>({ ...excludable, link: true });

/**
 * What the simulated account's hosted page can offer. As at Stripe, SEPA Direct Debit needs euro. Only for one-time
 * payments here: a subscription whose first debit is still open is beyond this simulation.
 */
export function availablePaymentMethods(
  parameters: {
    mode: string;
    allowed_payment_method_types?: string[] | undefined;
    excluded_payment_method_types?: string[] | undefined;
  },
  currency: string,
): string[] {
  const switchedOn = currency === "eur" && parameters.mode === "payment" ? ["card", "sepa_debit"] : ["card"];
  const { allowed_payment_method_types: onlyThese, excluded_payment_method_types: notThese } = parameters;
  const offered = switchedOn.filter(
    (method) => (onlyThese?.includes(method) ?? true) && !(notThese?.includes(method) ?? false),
  );
  if (offered.length === 0) {
    throw new StripeApiError(
      "No valid payment method types for this Checkout Session. The simulated Stripe offers card and, in euro, sepa_debit.",
      { param: onlyThese === undefined ? "excluded_payment_method_types" : "allowed_payment_method_types" },
    );
  }
  return offered;
}
