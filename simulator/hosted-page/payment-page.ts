import type { SimulatedState } from "../state/state.ts";
import type { CheckoutSession } from "../state/stored.ts";
import { orderChoices, shopQuestions } from "./choice-fields.ts";
import { page } from "./document.ts";
import { field, type FormContent } from "./field.ts";
import { html, type Html } from "./html.ts";
import { methodFields } from "./method-fields.ts";
import { billingInterval, orderSummary, totalAmount } from "./order-summary.ts";
import { isFreeOrder } from "./payment-form.ts";
import { returnOrigins } from "./return-urls.ts";
import { shippingFields } from "./shipping-fields.ts";
import { testCardPanel } from "./test-card-panel.ts";

export function paymentPage(
  state: SimulatedState,
  session: CheckoutSession,
  businessName: string,
  content: FormContent,
): Response {
  const hasErrors =
    content.decline !== null ||
    [content.errors, content.choices.errors].some((errors) => Object.keys(errors).length > 0);
  const takesCards = session.payment_method_types.includes("card") && !isFreeOrder(session);
  return page({
    title: `${hasErrors ? "Error: " : ""}${businessName}, payment`,
    formTargets: returnOrigins(session),
    body: html`<div class="checkout">
      <!-- The Enter key presses the first button of a form, so this one comes before the test cards. -->
      <button class="enter-key" form="payment" name="action" value="pay" tabindex="-1" aria-hidden="true">
        Pay
      </button>
      <div class="summary">
        <div class="column">
          ${orderSummary(state, session, businessName)} ${takesCards ? testCardPanel() : null}
        </div>
      </div>
      <main class="payment">
        <div class="column">${paymentForm(state, session, content)}</div>
      </main>
    </div>`,
  });
}

function paymentForm(state: SimulatedState, session: CheckoutSession, content: FormContent): Html {
  const isFree = isFreeOrder(session);
  return html`<form id="payment" method="post" action="/c/pay/${session.id}" novalidate>
    ${orderChoices(state, session, content.choices)} ${contactFields(session, content)}
    ${session.shipping_address_collection === null ? null : shippingFields(session.shipping_address_collection.allowed_countries, content)}
    ${isFree ? null : methodFields(session, content)} ${shopQuestions(session, content.choices)}
    <div class="actions">
      <button class="pay" name="action" value="pay" ${content.isFilled ? html`autofocus` : null}>
        ${payLabel(session)}
      </button>
      ${session.mode === "subscription" ? renewalNote(state, session) : null}
      <button class="pay-and-close" name="action" value="pay_and_close">${closingLabel(session)}</button>
      <p class="hint">
        As if you closed the tab right after paying: the shop hears of the order by webhook only, and you are
        not sent back.
      </p>
    </div>
  </form>`;
}

function contactFields(session: CheckoutSession, content: FormContent): Html {
  const email =
    session.customer_email === null
      ? field(content, {
          name: "email",
          label: "Email",
          type: "email",
          autocomplete: "email",
          inputmode: "email",
        })
      : html`<p class="fixed-email"><span>Email</span> ${session.customer_email}</p>`;
  const phone = {
    name: "phone",
    label: "Phone number",
    type: "tel",
    autocomplete: "tel",
    inputmode: "tel",
  } as const;
  return html`<fieldset>
    <legend>Contact</legend>
    ${email} ${session.phone_number_collection?.enabled === true ? field(content, phone) : null}
  </fieldset>`;
}

function payLabel(session: CheckoutSession): string {
  if (session.mode === "subscription") return "Subscribe";
  if (isFreeOrder(session)) return "Complete order";
  const verbs: Record<string, string> = { book: "Book", donate: "Donate", subscribe: "Subscribe" };
  return verbs[session.submit_type ?? ""] ?? `Pay ${totalAmount(session)}`;
}

function closingLabel(session: CheckoutSession): string {
  if (session.mode === "subscription") return "Subscribe and close the tab";
  return isFreeOrder(session) ? "Complete and close the tab" : "Pay and close the tab";
}

function renewalNote(state: SimulatedState, session: CheckoutSession): Html {
  const interval = billingInterval(state.lineItems[session.id] ?? []);
  return html`<p class="hint">You will be charged ${totalAmount(session)} ${interval} until you cancel.</p>`;
}
