/**
 * success.html: follows the order until there is nothing left to wait for. It only shows what the server said. Until the server answers, it
 * says that we are waiting, never that something failed.
 */
import { checkoutUrl } from "./checkout-url.ts";
import { showKeepLink } from "./keep-link.ts";
import { fetchOrderStatus, type OrderAnswer, type OrderState, type OrderStatus } from "./order-status.ts";
import { offerMailAgain } from "./mail-again.ts";
import { showDeliveries } from "./order-deliveries.ts";
import { showPersonal } from "./order-personal.ts";
import { showSteps } from "./order-steps.ts";
import { showSummary } from "./order-summary.ts";
import { variantsOf } from "./order-variants.ts";
import { pageElement, showState } from "./page-state.ts";
import { showWayBack } from "./way-back.ts";
import { takeReturnAddress, type ReturnAddress } from "./return-address.ts";

/** Webhooks arrive within seconds. A buyer who still waits after a minute gets a button instead of more polling. */
const pausesMs = [1000, 2000, 3000, ...Array<number>(11).fill(5000)];

/** Download links work for an hour: a page that stays open asks for new ones before. */
const renewEveryMs = 1_800_000;

/** An order in these states changes after days, or never. */
const settledStates = new Set<OrderState>(["fulfilled", "payment_failed", "expired"]);

const checkAgain = pageElement("order-check-again");
const address = takeReturnAddress();
let shown = "";
let isRenewing = false;
/** The page lists what the order brought, though the mail about it may still have to go out. */
let isDelivered = false;
/** Stripe's page, while the buyer can still pay there. */
let checkout = "";

if (address) {
  checkAgain.addEventListener("click", () => {
    // The button disappears, and with it the keyboard's place on the page.
    pageElement("order-status").focus();
    void follow(address);
  });
  void follow(address);
} else {
  show("no_order");
}

async function follow(from: ReturnAddress): Promise<void> {
  checkAgain.hidden = true;
  let known = false;
  for (const pauseMs of pausesMs) {
    const answer = await fetchOrderStatus(from);
    if (isSettled(answer, from)) return;
    known ||= answer.kind === "order" && answer.order.state !== "open";
    const retryAfterMs = answer.kind === "unsure" ? answer.retryAfterMs : 0;
    await new Promise((resolve) => setTimeout(resolve, Math.max(pauseMs, retryAfterMs)));
    await tabInView();
  }
  if (!known) show("still_waiting", [], checkout);
  checkAgain.hidden = false;
}

async function renew(from: ReturnAddress): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, renewEveryMs));
  await tabInView();
  const answer = await fetchOrderStatus(from);
  if (answer.kind === "order") isSettled(answer, from);
  void renew(from);
}

function hasDownloads({ personal }: OrderStatus): boolean {
  return personal?.deliveries?.some(({ kind }) => kind === "download") ?? false;
}

/** Shows the answer; true when there is no need to ask again. */
function isSettled(answer: OrderAnswer, from: ReturnAddress): boolean {
  if (answer.kind === "not_found") {
    show("not_found");
    return true;
  }
  if (answer.kind === "unsure") {
    // What we knew before is still true.
    if (!shown) show("unsure");
    return false;
  }
  const { order } = answer;
  const { checkoutUrl: wayBack = "" } = order;
  checkout = checkoutUrl.test(wayBack) ? wayBack : "";
  // An answer that says nothing personal leaves the list as it is.
  const { deliveries } = order.personal ?? {};
  if (deliveries) isDelivered = deliveries.length > 0;
  if (order.revoked) show("revoked", revokedVariants(order));
  else if (order.paused) show("paused");
  else show(order.state, variantsOf(order, isDelivered), checkout);
  showSteps(order.revoked || order.paused ? undefined : order);
  showSummary(order);
  showDeliveries(order);
  // Also while a paid order waits for its owner.
  if (!isRenewing && hasDownloads(order)) {
    isRenewing = true;
    void renew(from);
  }
  showPersonal(order);
  showKeepLink(order);
  showWayBack(order);
  offerMailAgain(order, from);
  return settledStates.has(order.state);
}

/** Only when it changes: each change of the live region is read out. */
function show(state: string, variants: string[] = [], wayBack = ""): void {
  const words = variants[0] === "delivered" ? `${state}, delivered` : state;
  if (words === shown) return;
  shown = words;
  showState(state, { variants, links: { checkout: wayBack } });
}

function revokedVariants({ mode, personal }: OrderStatus): string[] {
  if (mode === "subscription") return [mode];
  return personal?.revokedBecause ? [personal.revokedBecause] : [];
}

function tabInView(): Promise<void> {
  if (!document.hidden) return Promise.resolve();
  return new Promise((resolve) => {
    document.addEventListener("visibilitychange", () => resolve(), { once: true });
  });
}
