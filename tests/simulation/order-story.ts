import type { SimulatedStripe } from "../../simulator/simulated-stripe.ts";
import type { DashboardLines } from "../../simulator/transitions/dashboard-lines.ts";
import { FORMER_ADDRESS, NEXT_PRICES, OTHER_ADDRESS, PRICES } from "./assortment.ts";
import type { Basket } from "./basket.ts";
import type { Buyers } from "./buyers.ts";
import type { OrderBook } from "./order-book.ts";
import type { Afterwards, OrderPlan } from "./plan.ts";
import type { Platform } from "./platform.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";
import type { Truths } from "./truths.ts";
import type { VirtualTime } from "./virtual-time.ts";

export interface Story {
  stripe: SimulatedStripe;
  time: VirtualTime;
  timeline: Timeline;
  random: Random;
  /** A separate stream, for what was added later. */
  besides: Random;
  /** How much is bought, and what makes it cheaper or dearer. */
  basket: Basket;
  truths: Truths;
  buyers: Buyers;
  book: OrderBook;
  platform: Platform;
  counts: { forms: number };
  /** The buyer's page asks how the order stands. */
  poll: (sessionId: string) => Promise<void>;
  /** The buyer asks for the mail again. */
  askAgain: (sessionId: string, isStranger: boolean) => Promise<void>;
  /** The owner settles it by hand. */
  command: (sessionId: string) => Promise<void>;
  /** A webhook that Stripe did not send just now. */
  stray: (sessionId: string) => Promise<void>;
}

/** One buyer from the click to the last refund. Resolves when nobody will do anything to this order any more. */
export async function tellOrder(plan: OrderPlan, story: Story): Promise<void> {
  const { stripe, time, timeline, random, truths } = story;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void time.schedule(ms, resolve));
  await sleep(random.between(0, 20_000));
  const sessionId = await openAnywhere(plan, story);
  if (sessionId === undefined) return;
  const tell = (text: string): void => timeline.note("story", () => `${plan.kind} ${sessionId}: ${text}`);
  if (plan.kind !== "not_ours") truths.follow(sessionId);
  tell("is open");

  const company = [
    ...Array.from({ length: plan.polls }, () => ({
      act: story.poll,
      within: random.pick([15_000, 120_000]),
    })),
    ...Array.from({ length: plan.strays }, () => ({ act: story.stray, within: 90_000 })),
    ...beside(plan, story),
  ].map(async ({ act, within }) => {
    await sleep(random.between(0, within));
    await act(sessionId);
  });

  await sleep(random.between(0, 10_000));
  await pay();
  for (const next of plan.afterwards) {
    await sleep(random.between(0, plan.isHasty ? 3_000 : random.pick([300, 4_000, 120_000])));
    tell(next);
    afterwards(next);
  }
  await Promise.all(company);

  async function pay(): Promise<void> {
    if (plan.kind === "abandoned") {
      tell("is abandoned");
      return stripe.account.expire(sessionId as string);
    }
    if (plan.kind === "declined_first") {
      stripe.buyer.pay(sessionId as string, { card: "4000000000000002" });
      await sleep(random.between(1_000, 20_000));
    }
    if (plan.kind === "subscription" && random.chance(0.3) && plan.extras?.debit === undefined) {
      // While the buyer is at the bank the subscription exists already, and its events are sent.
      stripe.buyer.pay(sessionId as string, { card: "4000002500003155" });
      await sleep(random.between(500, 15_000));
      stripe.buyer.authenticate(sessionId as string, "accept");
      tell("the buyer pays, after a look at the bank's page");
      return;
    }
    const outcome = bankAnswer(plan);
    const session = stripe.state().checkoutSessions[sessionId as string];
    // Like an account that takes bank debits for everything it sells.
    if (plan.extras?.debit !== undefined) session?.payment_method_types.push("sepa_debit");
    const rates = stripe.state().checkoutIntents[sessionId as string]?.shippingRates ?? [];
    const shippingRate = rates[story.basket.shippingRate]?.id;
    stripe.buyer.pay(sessionId as string, {
      ...dashboardLines(plan),
      ...story.basket.choices,
      ...(shippingRate !== undefined && { shippingRate }),
      ...(outcome !== undefined && { delayed: outcome }),
    });
    tell("the buyer pays");
    const { keysMoveAfterMs } = plan.lines ?? {};
    if (keysMoveAfterMs !== undefined) time.schedule(keysMoveAfterMs, moveKeys);
    if (outcome === undefined) return;
    await sleep(random.chance(0.5) ? random.between(0, 5_000) : random.between(0, 180_000));
    stripe.account.settleDelayed(sessionId as string);
    tell(`the bank's payment ${outcome}`);
    if (plan.extras?.debit === "fails") await giveUpSubscription();
  }

  /** Stripe waits 23 hours for another way to pay, then gives up. */
  async function giveUpSubscription(): Promise<void> {
    await sleep(story.besides.between(0, 120_000));
    const { subscription } = stripe.state().checkoutIntents[sessionId as string] ?? {};
    stripe.account.expireIncomplete(subscription ?? "");
    tell("Stripe gives the subscription up");
  }

  function moveKeys(): void {
    tell("the lookup keys move on");
    // The lookup key of a dashboard line can be kept only once there is an order.
    const isKept = story.book.current(sessionId as string) !== undefined;
    for (const [key, price] of Object.entries(NEXT_PRICES)) {
      if (key === "ebook_tides" && !isKept) continue;
      stripe.account.moveLookupKey(key, price);
    }
  }

  function afterwards(what: Afterwards): void {
    const { account } = stripe;
    const { paymentIntent, subscription } = stripe.state().checkoutIntents[sessionId as string] ?? {};
    const payment = paymentIntent ?? "";
    const chargeId = stripe.state().paymentIntents[payment]?.latest_charge ?? "";
    const refunds = Object.values(stripe.state().refunds).filter(({ charge }) => charge === chargeId);
    const dispute = disputeAbout(chargeId);
    const renewal = lastPayment(stripe, subscription);
    const renewalDispute = disputeAbout(renewal.charge);
    switch (what) {
      case "refund_part":
        account.refund(payment, random.between(1, plan.kind === "subscription" ? 300 : 700));
        return;
      case "refund_all":
        account.refund(payment);
        return;
      case "refund_fails":
        account.failRefund(refunds.at(-1)?.id ?? "");
        return;
      case "inquiry":
        account.dispute(payment, { inquiry: true });
        return;
      case "dispute_won":
        account.winDispute(account.dispute(payment).id);
        return;
      case "dispute_lost":
        if (dispute !== undefined) account.escalateInquiry(dispute.id);
        account.loseDispute(dispute?.id ?? account.dispute(payment).id);
        return;
      case "inquiry_closed":
        account.closeInquiry(dispute?.id ?? "");
        return;
      case "dispute_answered":
        account.submitEvidence(dispute?.id ?? "");
        return;
      case "dispute_prevented":
        account.dispute(payment, { prevented: true });
        return;
      case "dispute_again":
        account.dispute(payment);
        return;
      case "cancel_subscription":
        account.cancelSubscription(subscription ?? "");
        return;
      case "renew_subscription":
        account.renew(subscription ?? "");
        return;
      case "pause_subscription":
        account.pause(subscription ?? "");
        return;
      case "resume_subscription":
        account.resume(subscription ?? "");
        return;
      case "renewal_fails":
        account.failRenewal(subscription ?? "");
        return;
      case "renewal_fails_finally":
        account.failRenewal(subscription ?? "", { final: random.pick(["unpaid", "canceled", "paused"]) });
        return;
      case "pay_overdue":
        account.payOverdueInvoice(subscription ?? "");
        return;
      case "renewal_refunded":
        account.refund(renewal.payment);
        return;
      case "renewal_refunded_in_part":
        account.refund(renewal.payment, random.between(1, 300));
        return;
      case "renewal_refund_fails":
        account.failRefund(Object.values(stripe.state().refunds).at(-1)?.id ?? "");
        return;
      case "renewal_inquiry":
        account.dispute(renewal.payment, { inquiry: true });
        return;
      case "renewal_disputed":
        account.dispute(renewal.payment);
        return;
      case "renewal_dispute_won":
        account.winDispute(renewalDispute?.id ?? account.dispute(renewal.payment).id);
        return;
      case "renewal_dispute_lost":
        if (renewalDispute !== undefined) account.escalateInquiry(renewalDispute.id);
        account.loseDispute(renewalDispute?.id ?? account.dispute(renewal.payment).id);
    }
  }

  function disputeAbout(chargeId: string) {
    return Object.values(stripe.state().disputes).findLast(({ charge }) => charge === chargeId);
  }
}

/** The outcome of a delayed payment method; undefined for any other. */
function bankAnswer({ kind, extras }: OrderPlan): "succeeds" | "fails" | undefined {
  if (kind === "delayed_paid") return "succeeds";
  return kind === "delayed_failed" ? "fails" : extras?.debit;
}

/** What the buyer and the owner do beyond the usual. */
function beside(
  { kind, extras }: OrderPlan,
  { besides, askAgain, command }: Story,
): { act: (sessionId: string) => Promise<void>; within: number }[] {
  if (extras === undefined || kind === "not_ours") return [];
  const asking = (sessionId: string): Promise<void> => askAgain(sessionId, extras.isStranger);
  return [
    ...Array.from({ length: extras.resends }, () => ({
      act: asking,
      within: besides.pick([20_000, 300_000]),
    })),
    ...Array.from({ length: extras.commands }, () => ({
      act: command,
      within: besides.pick([20_000, 300_000]),
    })),
  ];
}

/** The payment of a subscription's last invoice. */
function lastPayment(
  stripe: SimulatedStripe,
  subscription: string | null | undefined,
): { payment: string; charge: string } {
  const { subscriptions, invoicePayments, paymentIntents } = stripe.state();
  const invoice = subscriptions[subscription ?? ""]?.latest_invoice;
  const paid = Object.values(invoicePayments).find((payment) => payment.invoice === invoice);
  const payment = paid?.payment.payment_intent ?? "";
  return { payment, charge: paymentIntents[payment]?.latest_charge ?? "" };
}

function openAnywhere(plan: OrderPlan, story: Story): Promise<string | undefined> {
  if (plan.kind === "not_ours") return openElsewhere(story);
  return plan.lines?.isFromBefore === true ? openBefore(plan, story) : openInShop(plan, story);
}

/** The dashboard's offers that this buyer takes. */
function dashboardLines({ kind, lines }: OrderPlan): DashboardLines {
  switch (lines?.dashboard) {
    case "cross_sell":
      return { adds: [{ price: "price_ebook_tides" }] };
    case "unknown_line":
      return { adds: [{ price: "price_poster_a2" }] };
    case "upsell":
      return { exchanges: { [PRICES[kind]]: "price_ebook_tides" } };
    case "nothing":
    case undefined:
      return {};
  }
}

/** Clicks until the shop answers with an address; undefined when the buyer has had enough. */
async function openInShop(
  plan: OrderPlan,
  { platform, random, time, buyers, counts, basket: { quantity } }: Story,
): Promise<string | undefined> {
  const key = random.letters(24);
  for (let click = 0; click < 6; click += 1) {
    const response = await platform.serve("createCheckoutSession", clickOn(plan, quantity, key));
    const url = await addressIn(response);
    if (url !== undefined) {
      if (response.status === 303) counts.forms += 1;
      const orderId = /cs_test_\w+/.exec(url)?.[0];
      if (orderId !== undefined) buyers.keepCookies(orderId, response);
      return orderId;
    }
    await new Promise<void>((resolve) => void time.schedule(3_000, resolve));
  }
  return undefined;
}

/** A click on the button: its script asks for JSON, without scripts it is a form. */
function clickOn(plan: OrderPlan, quantity: number, key: string): Request {
  const address = "https://shop.example/api/create-checkout-session";
  const fields = { price_id: nameOf(plan), quantity };
  if (plan.extras?.isForm !== true) {
    return new Request(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(fields),
    });
  }
  const body = new URLSearchParams({ price_id: fields.price_id, quantity: String(quantity) }).toString();
  return new Request(address, {
    method: "POST",
    headers: {
      "Content-Type": "application/x-www-form-urlencoded",
      Origin: "null",
      "Sec-Fetch-Site": "same-origin",
    },
    body,
  });
}

/** Where the browser goes next. */
async function addressIn(response: Response): Promise<string | undefined> {
  if (response.status === 303) return response.headers.get("location") ?? undefined;
  return response.ok ? ((await response.json()) as { url: string }).url : undefined;
}

/** `price_app_license` has the lookup key `app_license`. */
function nameOf({ kind, lines }: OrderPlan): string {
  return lines?.byKey === true ? PRICES[kind].slice("price_".length) : PRICES[kind];
}

/** An older version opened it, at the shop's former address, and noted the lookup key alone. */
function openBefore(plan: OrderPlan, story: Story): Promise<string> {
  return openAtStripe(story, PRICES[plan.kind], `${FORMER_ADDRESS}/success.html`, {
    "metadata[static_checkout]": "1",
    ...(plan.lines?.byKey === true && { "metadata[static_checkout_price]": nameOf(plan) }),
  });
}

/** The account sells through another channel too, or has a second shop of this kind, with a name or without. */
function openElsewhere(story: Story): Promise<string> {
  const { random } = story;
  if (random.chance(0.5)) {
    const metadata = random.chance(0.5) ? { "metadata[static_checkout]": "another-shop" } : {};
    return openAtStripe(story, PRICES.not_ours, "https://elsewhere.example", metadata);
  }
  const note = random.chance(0.5)
    ? {
        "metadata[static_checkout_site]": OTHER_ADDRESS,
        "metadata[static_checkout_price_id]": "price_others",
      }
    : {};
  return openAtStripe(story, "price_others", `${OTHER_ADDRESS}/success.html`, {
    "metadata[static_checkout]": "1",
    ...note,
  });
}

async function openAtStripe(
  { stripe }: Story,
  price: string,
  successUrl: string,
  metadata: Record<string, string>,
): Promise<string> {
  const response = await stripe.handleApi(
    new Request("https://api.stripe.com/v1/checkout/sessions", {
      method: "POST",
      headers: {
        Authorization: "Bearer sk_test_other",
        "Content-Type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({
        mode: "payment",
        "line_items[0][price]": price,
        "line_items[0][quantity]": "1",
        success_url: successUrl,
        ...metadata,
      }).toString(),
    }),
  );
  return ((await response.json()) as { id: string }).id;
}
