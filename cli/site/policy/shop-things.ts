import { isFormThatBuys } from "../form-fields.ts";
import { attribute, elementsOf, lineOf, type Element } from "../html-tree.ts";
import type { PageThing } from "./page-things.ts";

/** The address that the shop's scripts call, unless the tag says otherwise. */
const ASKED: Readonly<Record<string, string>> = {
  "stripe-checkout": "/api/create-checkout-session",
  "order-page": "/api/order-status",
};

/** Where Stripe's payment page is, unless the account has a domain of its own for it. */
const CHECKOUT_ORIGIN = "https://checkout.stripe.com";

/** What of a page is the shop's: its scripts, what they ask the functions, and forms that lead to the payment page. */
export function shopThingsOf(
  html: string,
  scripts: readonly string[],
  paymentPage = CHECKOUT_ORIGIN,
): PageThing[] {
  return elementsOf(html).flatMap((element) => {
    if (element.tagName === "script") return thingsOfScript(element, scripts);
    return isFormThatBuys(element) ? thingsOfForm(element, paymentPage) : [];
  });
}

function thingsOfScript(script: Element, scripts: readonly string[]): PageThing[] {
  const written = attribute(script, "src");
  const path = URL.parse(written ?? "", "https://site.invalid/")?.pathname ?? "";
  const name = scripts.find((candidate) => path.endsWith(`/js/${candidate}.js`));
  if (written === undefined || name === undefined) return [];
  const line = lineOf(script, "src");
  const nonce = attribute(script, "nonce");
  const loaded = {
    kind: "address",
    line,
    directive: "script-src-elem",
    what: "the shop's script",
    written,
    nonce,
  } as const;
  const asked = attribute(script, "data-endpoint") ?? ASKED[name];
  if (asked === undefined) return [loaded];
  return [
    loaded,
    { kind: "address", line, directive: "connect-src", what: "the shop's request", written: asked },
  ];
}

function thingsOfForm(form: Element, paymentPage: string): PageThing[] {
  const written = attribute(form, "action");
  if (written === undefined) return [];
  const line = lineOf(form, "action");
  // The function sends the browser on to Stripe's page, and the policy counts there, too.
  return [written, paymentPage].map((to) => ({
    kind: "address",
    line,
    directive: "form-action",
    what: "the form that buys",
    written: to,
  }));
}
