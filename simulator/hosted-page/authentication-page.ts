import type { CheckoutSession } from "../state/stored.ts";
import { page } from "./document.ts";
import { html } from "./html.ts";
import { totalAmount } from "./order-summary.ts";
import { returnOrigins } from "./return-urls.ts";

/** Where the card's bank asks its 3-D Secure question. */
export function authenticationPage(session: CheckoutSession, businessName: string): Response {
  return page({
    title: "3-D Secure, payment",
    formTargets: returnOrigins(session),
    body: html`<main class="notice bank">
      <p class="bank-name"><span class="bank-mark" aria-hidden="true"></span> Test Bank</p>
      <h1>Is this you?</h1>
      <p>
        <bdi>${businessName}</bdi> asks for <strong>${totalAmount(session)}</strong>. Your bank would send you
        a code now; here you simply choose the answer.
      </p>
      <form method="post">
        <button class="pay" type="submit" name="answer" value="complete">Complete authentication</button>
        <button class="quiet" type="submit" name="answer" value="fail">Fail authentication</button>
      </form>
    </main>`,
  });
}
