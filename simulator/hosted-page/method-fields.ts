import type { CheckoutSession } from "../state/stored.ts";
import { field, type FormContent } from "./field.ts";
import { html, type Html } from "./html.ts";
import { offeredMethods, type MethodChoice } from "./payment-form.ts";

const labels: Record<MethodChoice, { name: string; note: string | null }> = {
  card: { name: "Card", note: null },
  sepa_succeeds: { name: "SEPA Direct Debit", note: "pays later: succeeds" },
  sepa_fails: { name: "SEPA Direct Debit", note: "pays later: fails" },
};

/** The choice of the payment method, with the fields of the chosen one below it, and the payer's name. */
export function methodFields(session: CheckoutSession, content: FormContent): Html {
  return html`<fieldset>
      <legend>Payment method</legend>
      ${content.decline === null ? null : html`<p class="decline" role="alert">${content.decline}</p>`}
      <div class="methods">${offeredMethods(session).map((method) => methodChoice(method, content))}</div>
    </fieldset>
    ${field(content, { name: "billingName", label: "Name on card or account", autocomplete: "name" })}`;
}

function methodChoice(method: MethodChoice, content: FormContent): Html {
  const { name, note } = labels[method];
  const isChosen = content.form.method === method;
  return html`<div class="method">
    <label class="method-label">
      <input type="radio" name="paymentMethod" value="${method}" ${isChosen ? html`checked` : null} />
      <span>${name}</span> ${note === null ? null : html`<span class="note">${note}</span>`}
    </label>
    <div class="method-details">${method === "card" ? cardFields(content) : debitNote()}</div>
  </div>`;
}

function cardFields(content: FormContent): Html {
  const numeric = "numeric" as const;
  const number = {
    name: "cardNumber",
    label: "Card number",
    autocomplete: "cc-number",
    inputmode: numeric,
    placeholder: "1234 1234 1234 1234",
  } as const;
  const expiry = {
    name: "cardExpiry",
    label: "Expiration date",
    autocomplete: "cc-exp",
    inputmode: numeric,
    placeholder: "MM / YY",
  } as const;
  const cvc = {
    name: "cardCvc",
    label: "Security code",
    autocomplete: "cc-csc",
    inputmode: numeric,
    placeholder: "CVC",
  } as const;
  return html`${field(content, number)}
    <div class="pair">${field(content, expiry)} ${field(content, cvc)}</div>`;
}

function debitNote(): Html {
  return html`<p class="hint">
    Stands for a bank debit that takes days: the order is placed now, the bank answers in a few seconds.
  </p>`;
}
