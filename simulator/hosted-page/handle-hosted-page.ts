import { readFile } from "node:fs/promises";
import type { Buyer, SimulatedState } from "../state/state.ts";
import type { CheckoutSession } from "../state/stored.ts";
import type { PaymentChoice, PaymentResult } from "../transitions/pay-session.ts";
import type { CheckoutChoices } from "../transitions/choose-options.ts";
import { exampleAnswers, readChoices } from "./read-choices.ts";
import type { FormContent } from "./field.ts";
import { authenticationPage } from "./authentication-page.ts";
import {
  closedSessionPage,
  closedTabPage,
  receiptPage,
  unknownPage,
  unreadablePage,
  wrongMethodPage,
} from "./notice-pages.ts";
import { checkForm, emptyForm, fillWithExample, readForm } from "./payment-form.ts";
import { paymentPage } from "./payment-page.ts";
import { successUrl } from "./return-urls.ts";

export interface HostedPageSurroundings {
  state: SimulatedState;
  businessName: string;
  /** Where the shop is. */
  siteUrl: string;
  now(): number;
  delayedPaymentMs: number;
  /** Runs what is due: a session may expire while its page is open. */
  catchUp(): void;
  choose(session: CheckoutSession, choices: CheckoutChoices): void;
  pay(session: CheckoutSession, buyer: Buyer, choice: PaymentChoice): PaymentResult;
  authenticate(session: CheckoutSession, accepts: boolean): PaymentResult;
  /** Hosted Checkout holds the buyer until the webhook endpoint has answered, for 10 seconds at most. */
  webhooksAnswered(): Promise<void>;
}

/** Serves `/c/pay`, `/c/assets` and `/c/receipts`. Answers undefined for any other address. */
export async function handleHostedPage(
  request: Request,
  surroundings: HostedPageSurroundings,
): Promise<Response | undefined> {
  const { pathname } = new URL(request.url);
  if (!/^\/c\/(assets|pay|receipts)\//.test(pathname)) return undefined;
  if (!["GET", "HEAD", "POST"].includes(request.method)) {
    return wrongMethodPage();
  }
  if (pathname === "/c/assets/checkout.css") return await styleSheet();
  if (!isReadable(pathname)) return unreadablePage();
  surroundings.catchUp();

  const receipt = /^\/c\/receipts\/(\w+)$/.exec(pathname)?.[1];
  const charge = surroundings.state.charges[receipt ?? ""];
  if (charge !== undefined) return receiptPage(charge);

  const [, id = "", step = ""] = /^\/c\/pay\/(\w+)(?:\/(authenticate|closed))?$/.exec(pathname) ?? [];
  const session = surroundings.state.checkoutSessions[id];
  if (session === undefined) return unknownPage(surroundings.siteUrl);
  const fields = new URLSearchParams(request.method === "POST" ? await request.text() : "");
  if (step === "closed" && session.status === "complete") return closedTabPage(session);
  if (session.status !== "open") return closedSession(request, session, surroundings);
  if (step === "authenticate") return await authenticate(request, session, fields, surroundings);
  if (step === "closed") return seeOther(`/c/pay/${session.id}`);
  return await pay(request, session, fields, surroundings);
}

/** A second click on "Pay" after the first has paid goes where the first one goes. */
function closedSession(
  request: Request,
  session: CheckoutSession,
  { businessName }: HostedPageSurroundings,
): Response {
  const repeats = request.method === "POST" && session.status === "complete";
  return repeats ? seeOther(successUrl(session)) : closedSessionPage(session, businessName);
}

async function pay(
  request: Request,
  session: CheckoutSession,
  fields: URLSearchParams,
  surroundings: HostedPageSurroundings,
): Promise<Response> {
  const show = (content: Partial<FormContent>) =>
    paymentPage(surroundings.state, session, surroundings.businessName, {
      ...untouched(session),
      ...content,
    });
  if (request.method !== "POST") return show({});

  const form = readForm(session, fields);
  const { typed, choices, errors } = readChoices(surroundings.state, session, fields);
  const chosen = { typed, errors: {} };
  const example = fields.get("fill");
  if (example !== null) {
    const answered = { typed: exampleAnswers(session, typed), errors: {} };
    return show({ form: fillWithExample(session, form, example), choices: answered, isFilled: true });
  }
  surroundings.choose(session, choices);
  if (fields.get("action") === "update") {
    const { quantity, promotionCode } = errors;
    return show({
      form,
      choices: { typed, errors: { ...(quantity && { quantity }), ...(promotionCode && { promotionCode }) } },
    });
  }
  const checked = checkForm(session, form, surroundings.now(), surroundings.delayedPaymentMs);
  if ("errors" in checked || Object.keys(errors).length > 0) {
    const formErrors = "errors" in checked ? checked.errors : {};
    return show({ form, errors: formErrors, choices: { typed, errors } });
  }
  const result = surroundings.pay(session, checked.buyer, checked.choice);
  if (result.status === "declined") return show({ form, choices: chosen, decline: result.failure.message });
  const closesTab = fields.get("action") === "pay_and_close";
  if (result.status === "requires_action") {
    return seeOther(`/c/pay/${session.id}/authenticate${closesTab ? "?close" : ""}`);
  }
  await surroundings.webhooksAnswered();
  return afterPayment(session, closesTab);
}

async function authenticate(
  request: Request,
  session: CheckoutSession,
  fields: URLSearchParams,
  surroundings: HostedPageSurroundings,
): Promise<Response> {
  const { state, businessName } = surroundings;
  if (state.checkoutIntents[session.id]?.authenticating == null) return seeOther(`/c/pay/${session.id}`);
  if (request.method !== "POST") return authenticationPage(session, businessName);
  const result = surroundings.authenticate(session, fields.get("answer") === "complete");
  if (result.status === "declined") {
    return paymentPage(state, session, businessName, {
      ...untouched(session),
      decline: result.failure.message,
    });
  }
  await surroundings.webhooksAnswered();
  return afterPayment(session, new URL(request.url).searchParams.has("close"));
}

function afterPayment(session: CheckoutSession, closesTab: boolean): Response {
  return seeOther(closesTab ? `/c/pay/${session.id}/closed` : successUrl(session));
}

function untouched(session: CheckoutSession): FormContent {
  return {
    form: emptyForm(session),
    errors: {},
    choices: { typed: {}, errors: {} },
    decline: null,
    isFilled: false,
  };
}

function isReadable(pathname: string): boolean {
  try {
    return !decodeURIComponent(pathname).includes("\0");
  } catch {
    return false;
  }
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location, "cache-control": "no-store" } });
}

async function styleSheet(): Promise<Response> {
  const css = await readFile(new URL("./checkout.css", import.meta.url));
  return new Response(css, {
    headers: {
      "content-type": "text/css; charset=utf-8",
      "cache-control": "no-cache",
      "x-content-type-options": "nosniff",
    },
  });
}
