import type { Charge, CheckoutSession } from "../state/stored.ts";
import { page } from "./document.ts";
import { html, type Html } from "./html.ts";
import { formatAmount } from "./money.ts";
import { cancelUrl, successUrl } from "./return-urls.ts";

/** The session is over, and somebody came back to its page. */
export function closedSessionPage(session: CheckoutSession, businessName: string): Response {
  if (session.status === "expired") {
    return notice("This payment page has expired", 200, [
      html`<p>Nothing was charged. Go back to <bdi>${businessName}</bdi> and start again.</p>`,
      link(cancelUrl(session), html`Back to <bdi>${businessName}</bdi>`),
    ]);
  }
  return notice("You are all done here", 200, [
    html`<p>${closedWords(session)}</p>`,
    link(successUrl(session), html`Back to <bdi>${businessName}</bdi>`),
  ]);
}

function closedWords({ payment_status: status }: CheckoutSession): string {
  if (status === "unpaid") return "Your order is placed. The bank has not answered yet.";
  if (status === "no_payment_required") return "This order is complete. There was nothing to pay.";
  return "This order is already paid. Nothing more will be charged.";
}

export function closedTabPage(session: CheckoutSession): Response {
  return notice("You closed the tab", 200, [
    html`<p>
      ${session.payment_status === "paid" ? "The payment went through" : "The order is placed"} and the shop
      was told by webhook, but you were not sent back to it. A real buyer would now wait for a mail.
    </p>`,
    link(successUrl(session), "Open the shop's success page after all"),
  ]);
}

export function receiptPage(charge: Charge): Response {
  const paid = formatAmount(charge.amount, charge.currency);
  return notice("Receipt", 200, [
    html`<p>${charge.status === "succeeded" ? "Paid" : "Not paid yet"}: <strong>${paid}</strong></p>`,
    charge.amount_refunded === 0
      ? html``
      : html`<p>Refunded: <strong>${formatAmount(charge.amount_refunded, charge.currency)}</strong></p>`,
    html`<p class="hint"><code>${charge.id}</code></p>`,
  ]);
}

/** @param shop where the shop is, if that is known. */
export function unknownPage(shop: string | null): Response {
  return notice("There is no such payment page", 404, [
    html`<p>
      The address may be cut off, or the simulated Stripe was started afresh and has forgotten it. Go back to
      the shop and start again.
    </p>`,
    link(shop, "Back to the shop"),
  ]);
}

/** For an address that cannot be read: `%zz`, `//`. */
export function unreadablePage(): Response {
  return notice("This address cannot be read", 400, [
    html`<p>
      It has a percent sign that is not followed by two hexadecimal digits, or is no address at all. A percent
      sign itself is written <code>%25</code>.
    </p>`,
  ]);
}

export function wrongMethodPage(): Response {
  const refusal = notice("This page only takes GET and POST", 405, [
    html`<p>Open it with GET, or send its form with POST.</p>`,
  ]);
  refusal.headers.set("allow", "GET, HEAD, POST");
  return refusal;
}

/** Somebody opened the simulator itself in a browser. */
export function nothingHerePage(): Response {
  return notice("This is the simulated Stripe", 404, [
    html`<p>
      There is nothing to see at this address. Programs find the API below <code>/v1</code>; buyers come to
      its payment pages from the shop, so open the shop and buy something.
    </p>`,
  ]);
}

/** A bug of the simulation itself. */
export function brokenPage(): Response {
  return notice("The simulated Stripe failed", 500, [
    html`<p>Nothing was charged. The terminal in which it runs shows what went wrong.</p>`,
  ]);
}

function notice(title: string, status: number, paragraphs: Html[]): Response {
  return page({
    title,
    status,
    body: html`<main class="notice">
      <h1>${title}</h1>
      ${paragraphs}
    </main>`,
  });
}

function link(url: string | null, label: Html | string): Html {
  return url === null ? html`` : html`<p><a class="pay" href="${url}">${label}</a></p>`;
}
