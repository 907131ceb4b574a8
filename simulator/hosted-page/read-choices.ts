import type { SimulatedState } from "../state/state.ts";
import type { CheckoutSession } from "../state/stored.ts";
import { adjustableItem, type CheckoutChoices } from "../transitions/choose-options.ts";

export type CustomField = CheckoutSession["custom_fields"][number];

/** What was chosen in the payment page's form, as it was typed, and what is wrong with it, both by the fields' names. */
export function readChoices(
  state: SimulatedState,
  session: CheckoutSession,
  fields: URLSearchParams,
): { typed: Record<string, string>; choices: CheckoutChoices; errors: Record<string, string> } {
  const errors: Record<string, string> = {};
  const typed: Record<string, string> = {};
  const read = (name: string): string => (typed[name] = (fields.get(name) ?? "").trim().slice(0, 500));
  const choices: CheckoutChoices = {};

  const range = adjustableItem(state.lineItems[session.id] ?? [])?.adjustable_quantity;
  if (range && fields.has("quantity")) {
    const quantity = Number(read("quantity"));
    const [min, max] = [range.minimum ?? 0, range.maximum ?? 99];
    if (Number.isInteger(quantity) && quantity >= min && quantity <= max) choices.quantity = quantity;
    else errors["quantity"] = `Choose a quantity from ${min} to ${max}.`;
  }
  if (fields.has("shippingRate")) choices.shippingRate = read("shippingRate");
  const answers: Record<string, string> = {};
  for (const field of session.custom_fields) {
    const name = fieldName(field);
    const value = read(name);
    const error = fieldError(field, value);
    if (error === undefined) answers[field.key] = value;
    else errors[name] = error;
  }
  choices.customFields = answers;
  if (session.consent_collection?.terms_of_service === "required") {
    choices.acceptsTerms = read("terms") === "accepted";
    if (!choices.acceptsTerms) errors["terms"] = "Accept the terms to go on.";
  }
  if (session.allow_promotion_codes === true && read("promotionCode") !== "") {
    errors["promotionCode"] = "This code is invalid: the simulated account has none.";
  }
  return { typed, choices, errors };
}

/** Answers for required questions that are still open, so that one click on a test card is enough. */
export function exampleAnswers(
  session: CheckoutSession,
  typed: Readonly<Record<string, string>>,
): Record<string, string> {
  const answers = session.custom_fields
    .filter((field) => !field.optional && !typed[fieldName(field)])
    .map((field) => [fieldName(field), exampleAnswer(field)] as const);
  return { ...typed, ...Object.fromEntries(answers), terms: "accepted" };
}

function exampleAnswer({ type, dropdown }: CustomField): string {
  if (type === "dropdown") return dropdown?.options[0]?.value ?? "";
  return type === "numeric" ? "1" : "Yes";
}

function fieldError(field: CustomField, value: string): string | undefined {
  if (value === "") return field.optional ? undefined : "Please fill this in.";
  if (field.type === "numeric" && !/^\d+$/.test(value)) return "Digits only.";
  const max = (field.type === "numeric" ? field.numeric : field.text)?.maximum_length;
  if (max !== null && max !== undefined && value.length > max) return `At most ${max} characters.`;
  if (field.type === "dropdown" && !field.dropdown?.options.some((option) => option.value === value)) {
    return "Choose one of the list.";
  }
  return undefined;
}

export function fieldName({ key }: CustomField): string {
  return `custom_${key}`;
}
