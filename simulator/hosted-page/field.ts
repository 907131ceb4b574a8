import type { ChoiceContent } from "./choice-fields.ts";
import { html, type Html } from "./html.ts";
import { firstError, type FormErrors, type PaymentForm, type TextField } from "./payment-form.ts";

/** A form as it is shown: what is typed, what is wrong with it, why the bank refused. */
export interface FormContent {
  form: PaymentForm;
  errors: FormErrors;
  /** Quantity, shipping, the shop's own questions. */
  choices: ChoiceContent;
  decline: string | null;
  /** Just filled in by one of the example buttons: nothing is left but to pay. */
  isFilled: boolean;
}

/**
 * A labeled text field with its error below, tied together for screen readers; the first error gets the focus,
 * and after a decline the card number, so that the message above it is in sight on a phone.
 */
export function field(
  content: FormContent,
  options: {
    name: TextField;
    label: string;
    autocomplete: string;
    type?: "text" | "email" | "tel";
    inputmode?: "numeric" | "email" | "tel";
    placeholder?: string;
  },
): Html {
  const { name, inputmode, placeholder } = options;
  const error = content.errors[name];
  return html`<div class="field">
    <label for="${name}">${options.label}</label>
    <input
      id="${name}"
      name="${name}"
      type="${options.type ?? "text"}"
      value="${content.form.typed[name]}"
      autocomplete="${options.autocomplete}"
      spellcheck="false"
      ${inputmode === undefined ? null : html`inputmode="${inputmode}"`}
      ${placeholder === undefined ? null : html`placeholder="${placeholder}"`}
      ${error === undefined ? null : html`aria-invalid="true" aria-describedby="${name}-error"`}
      ${getsFocus(content, name) ? html`autofocus` : null}
    />
    ${error === undefined ? null : html`<p class="error" id="${name}-error">${error}</p>`}
  </div>`;
}

function getsFocus(content: FormContent, name: TextField): boolean {
  const first = content.decline === null ? firstError(content.errors) : "cardNumber";
  return first === name;
}
