import type { Buyer } from "../state/state.ts";
import type { CheckoutSession } from "../state/stored.ts";
import type { PaymentChoice } from "../transitions/pay-session.ts";
import { readCard, type CardField, type FieldErrors } from "./card-input.ts";
import { exampleBuyer, exampleCard } from "./examples.ts";

/** In the order of the page. */
const textFields = [
  "email",
  "phone",
  "shippingName",
  "shippingLine1",
  "shippingLine2",
  "shippingPostalCode",
  "shippingCity",
  "shippingState",
  "shippingCountry",
  "cardNumber",
  "cardExpiry",
  "cardCvc",
  "billingName",
] as const;
export type TextField = (typeof textFields)[number];

/** What the form holds: typed by the buyer, or filled in by one of the example buttons. */
export interface PaymentForm {
  typed: Record<TextField, string>;
  method: MethodChoice;
}

/** The bank's answer is chosen together with the method, because a test cannot wait for days. */
export type MethodChoice = "card" | "sepa_succeeds" | "sepa_fails";

export type FormErrors = FieldErrors<TextField>;

export function firstError(errors: FormErrors): TextField | undefined {
  return textFields.find((name) => errors[name] !== undefined);
}

/** Nothing to pay and nothing to renew: no payment method is asked for. */
export function isFreeOrder(session: CheckoutSession): boolean {
  return session.mode === "payment" && session.amount_total === 0;
}

export function emptyForm(session: CheckoutSession): PaymentForm {
  const typed = Object.fromEntries(textFields.map((name) => [name, ""])) as Record<TextField, string>;
  const countries = session.shipping_address_collection?.allowed_countries ?? [];
  return {
    typed: { ...typed, email: session.customer_email ?? "", shippingCountry: countries[0] ?? "" },
    method: offeredMethods(session)[0] ?? "card",
  };
}

export function readForm(session: CheckoutSession, fields: URLSearchParams): PaymentForm {
  const form = emptyForm(session);
  for (const name of textFields)
    form.typed[name] = (fields.get(name) ?? form.typed[name]).trim().slice(0, 500);
  // The address given by the shop cannot be changed on the page.
  if (session.customer_email !== null) form.typed.email = session.customer_email;
  form.method =
    offeredMethods(session).find((method) => method === fields.get("paymentMethod")) ?? form.method;
  return form;
}

export function offeredMethods(session: CheckoutSession): MethodChoice[] {
  return session.payment_method_types.flatMap((method): MethodChoice[] => {
    if (method === "card") return ["card"];
    return method === "sepa_debit" ? ["sepa_succeeds", "sepa_fails"] : [];
  });
}

/** Fills the form with a test card and, where nothing is typed yet, with an example buyer. */
export function fillWithExample(
  session: CheckoutSession,
  form: PaymentForm,
  cardNumber: string,
): PaymentForm {
  const typed = { ...form.typed };
  const example: Partial<Record<TextField, string>> = { ...exampleBuyer };
  if (session.shipping_address_collection !== null) delete example.shippingCountry;
  for (const [name, value] of Object.entries(example)) {
    if (typed[name as TextField] === "") typed[name as TextField] = value;
  }
  return { typed: { ...typed, ...exampleCard(cardNumber) }, method: "card" };
}

/** Decides whether the form can be paid as it stands. */
export function checkForm(
  session: CheckoutSession,
  form: PaymentForm,
  nowMs: number,
  settlesAfterMs: number,
): { buyer: Buyer; choice: PaymentChoice } | { errors: FormErrors } {
  const errors: FormErrors = { ...contactErrors(session, form), ...shippingErrors(session, form) };
  const choice = readChoice(session, form, nowMs, settlesAfterMs);
  if ("errors" in choice) Object.assign(errors, choice.errors);
  if (Object.keys(errors).length > 0 || "errors" in choice) return { errors };
  return { buyer: readBuyer(session, form.typed), choice };
}

function contactErrors(session: CheckoutSession, { typed }: PaymentForm): FormErrors {
  const errors: FormErrors = {};
  if (typed.email === "") errors.email = "Your email is incomplete.";
  else if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(typed.email)) errors.email = "Your email is invalid.";
  if (!isFreeOrder(session) && typed.billingName === "") {
    errors.billingName = "Your name is incomplete.";
  }
  if (
    session.phone_number_collection?.enabled === true &&
    !/\d{5}/.test(typed.phone.replaceAll(/[\s()-]/g, ""))
  ) {
    errors.phone = "Your phone number is incomplete.";
  }
  return errors;
}

function shippingErrors(session: CheckoutSession, { typed }: PaymentForm): FormErrors {
  const collected = session.shipping_address_collection;
  if (collected === null) return {};
  const errors: FormErrors = {};
  if (typed.shippingName === "") errors.shippingName = "Enter the name for the parcel.";
  if (typed.shippingLine1 === "") errors.shippingLine1 = "Your address is incomplete.";
  if (typed.shippingPostalCode === "") errors.shippingPostalCode = "Your postal code is incomplete.";
  if (typed.shippingCity === "") errors.shippingCity = "Your city is incomplete.";
  if (!collected.allowed_countries.some((country) => country === typed.shippingCountry)) {
    errors.shippingCountry = "This shop does not ship to that country.";
  }
  return errors;
}

function readChoice(
  session: CheckoutSession,
  form: PaymentForm,
  nowMs: number,
  settlesAfterMs: number,
): PaymentChoice | { errors: FieldErrors<CardField> } {
  if (isFreeOrder(session)) return { method: "none" };
  if (form.method !== "card") {
    const outcome = form.method === "sepa_succeeds" ? "succeeds" : "fails";
    return { method: "sepa_debit", outcome, settlesAfterMs };
  }
  const read = readCard(form.typed, nowMs);
  return "errors" in read ? read : { method: "card", card: read.card };
}

function readBuyer(session: CheckoutSession, typed: Record<TextField, string>): Buyer {
  return {
    email: typed.email,
    name: orNull(typed.billingName),
    phone: orNull(typed.phone),
    shipping:
      session.shipping_address_collection === null
        ? null
        : {
            name: typed.shippingName,
            address: {
              line1: typed.shippingLine1,
              line2: orNull(typed.shippingLine2),
              postal_code: typed.shippingPostalCode,
              city: typed.shippingCity,
              state: orNull(typed.shippingState),
              country: typed.shippingCountry,
            },
          },
  };
}

function orNull(text: string): string | null {
  return text === "" ? null : text;
}
