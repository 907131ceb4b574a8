import type { SimulatedState } from "../state/state.ts";
import type { CheckoutSession } from "../state/stored.ts";
import { adjustableItem } from "../transitions/choose-options.ts";
import { html, type Html } from "./html.ts";
import { formatAmount } from "./money.ts";
import { fieldName, type CustomField } from "./read-choices.ts";

/** What is typed into the fields of this file and what is wrong with it, by the fields' names. */
export interface ChoiceContent {
  typed: Readonly<Record<string, string>>;
  errors: Readonly<Record<string, string>>;
}

/** Quantity, shipping rate and promotion code; the button updates the total in the summary. */
export function orderChoices(
  state: SimulatedState,
  session: CheckoutSession,
  content: ChoiceContent,
): Html | null {
  const item = adjustableItem(state.lineItems[session.id] ?? []);
  const rates = state.checkoutIntents[session.id]?.shippingRates ?? [];
  if (item === undefined && rates.length === 0 && session.allow_promotion_codes !== true) return null;
  const currency = session.currency ?? "usd";
  return html`<fieldset>
    <legend>Order</legend>
    ${item === undefined ? null : textInput(content, { name: "quantity", label: "Quantity", value: String(item.quantity ?? 1), inputmode: "numeric" })}
    ${
      rates.length === 0
        ? null
        : select(content, {
            name: "shippingRate",
            label: "Shipping",
            value: session.shipping_cost?.shipping_rate ?? "",
            options: rates.map(({ id, name, amount }) => ({
              value: id,
              label: `${name} (${amount === 0 ? "free" : formatAmount(amount, currency)})`,
            })),
          })
    }
    ${session.allow_promotion_codes === true ? textInput(content, { name: "promotionCode", label: "Promotion code", value: "" }) : null}
    <button class="update" name="action" value="update">Update the total</button>
  </fieldset>`;
}

/** The shop's own questions and its terms, right above the pay button. */
export function shopQuestions(session: CheckoutSession, content: ChoiceContent): Html | null {
  const asksTerms = session.consent_collection?.terms_of_service === "required";
  if (session.custom_fields.length === 0 && !asksTerms && !session.tax_id_collection?.enabled) return null;
  return html`<fieldset>
    <legend>Details</legend>
    ${session.custom_fields.map((field) => customField(field, content))}
    ${session.tax_id_collection?.enabled === true ? textInput(content, { name: "taxId", label: "Business tax ID (optional)", value: "" }) : null}
    ${asksTerms ? termsBox(content) : null}
  </fieldset>`;
}

function customField(field: CustomField, content: ChoiceContent): Html {
  const name = fieldName(field);
  const label = `${field.label.custom ?? field.key}${field.optional ? " (optional)" : ""}`;
  if (field.type !== "dropdown") {
    return textInput(content, {
      name,
      label,
      value: "",
      ...(field.type === "numeric" && { inputmode: "numeric" }),
    });
  }
  const options = [{ value: "", label: "Please choose" }, ...(field.dropdown?.options ?? [])];
  return select(content, { name, label, value: "", options });
}

function termsBox({ typed, errors }: ChoiceContent): Html {
  return html`<div class="field">
    <label>
      <input
        type="checkbox"
        name="terms"
        value="accepted"
        ${typed["terms"] === "accepted" ? html`checked` : null}
        ${described(errors, "terms")}
      />
      I agree to the shop's terms of service.
    </label>
    ${message(errors, "terms")}
  </div>`;
}

function textInput(
  { typed, errors }: ChoiceContent,
  options: { name: string; label: string; value: string; inputmode?: "numeric" },
): Html {
  const { name, label, value, inputmode } = options;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <input
      id="${name}"
      name="${name}"
      type="text"
      value="${typed[name] ?? value}"
      autocomplete="off"
      ${inputmode === undefined ? null : html`inputmode="${inputmode}"`}
      ${described(errors, name)}
    />
    ${message(errors, name)}
  </div>`;
}

function select(
  { typed, errors }: ChoiceContent,
  options: {
    name: string;
    label: string;
    value: string;
    options: readonly { value: string; label: string }[];
  },
): Html {
  const { name, label } = options;
  const chosen = typed[name] ?? options.value;
  return html`<div class="field">
    <label for="${name}">${label}</label>
    <select id="${name}" name="${name}" ${described(errors, name)}>
      ${options.options.map((option) => html`<option value="${option.value}" ${option.value === chosen ? html` selected` : null}>${option.label}</option>`)}
    </select>
    ${message(errors, name)}
  </div>`;
}

function described(errors: ChoiceContent["errors"], name: string): Html | null {
  return errors[name] === undefined ? null : html`aria-invalid="true" aria-describedby="${name}-error"`;
}

function message(errors: ChoiceContent["errors"], name: string): Html | null {
  return errors[name] === undefined ? null : html`<p class="error" id="${name}-error">${errors[name]}</p>`;
}
