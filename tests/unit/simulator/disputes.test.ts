import { expect, test } from "vitest";
import { eventsDuring, interceptStripe, openAccount, paidPoster, startMs } from "./open-account.ts";

interceptStripe();

test("withdraws the money when a charge is disputed, and marks the charge as disputed", async () => {
  const account = openAccount();
  const { paymentIntentId, chargeId } = await paidPoster(account);
  const events = await eventsDuring(account, () => account.simulated.account.dispute(paymentIntentId));
  expect(events.map(({ type }) => type)).toEqual([
    "charge.dispute.created",
    "charge.dispute.funds_withdrawn",
  ]);
  expect(events[0]?.data.object).toMatchObject({ object: "dispute", balance_transactions: [] });
  expect(events[1]?.data.object).toMatchObject({
    balance_transactions: [{ amount: -3200, fee: 2000, net: -5200 }],
  });
  const [dispute] = (await account.stripe.disputes.list({ charge: chargeId })).data;
  expect(dispute).toMatchObject({
    id: expect.stringMatching(/^du_/),
    status: "needs_response",
    amount: 3200,
    currency: "eur",
    charge: chargeId,
    payment_intent: paymentIntentId,
    reason: "fraudulent",
    is_charge_refundable: false,
    evidence_details: { due_by: startMs / 1000 + 9 * 86_400, has_evidence: false, submission_count: 0 },
    payment_method_details: { type: "card", card: { case_type: "chargeback", brand: "visa" } },
  });
  expect((await account.stripe.charges.retrieve(chargeId)).disputed).toBe(true);
});

test("returns the money when the dispute is won; the charge stays disputed", async () => {
  const account = openAccount();
  const { paymentIntentId, chargeId } = await paidPoster(account);
  const { id } = account.simulated.account.dispute(paymentIntentId);
  const review = await eventsDuring(account, () => account.simulated.account.submitEvidence(id));
  expect(review).toMatchObject([
    {
      type: "charge.dispute.updated",
      data: { object: { status: "under_review" }, previous_attributes: { status: "needs_response" } },
    },
  ]);
  const won = await eventsDuring(account, () => account.simulated.account.winDispute(id));
  expect(won).toMatchObject([
    { type: "charge.dispute.closed", data: { object: { status: "won" } } },
    { type: "charge.dispute.funds_reinstated", data: { object: { status: "won" } } },
  ]);
  const dispute = await account.stripe.disputes.retrieve(id, { expand: ["charge", "payment_intent"] });
  expect(dispute.balance_transactions.map(({ amount }) => amount)).toEqual([-3200, 3200]);
  expect(dispute).toMatchObject({
    charge: { id: chargeId, disputed: true },
    payment_intent: { id: paymentIntentId },
  });
});

test("does not return the money when the dispute is lost, and refuses to decide it twice", async () => {
  const account = openAccount();
  const { paymentIntentId } = await paidPoster(account);
  const { id } = account.simulated.account.dispute(paymentIntentId);
  const events = await eventsDuring(account, () => account.simulated.account.loseDispute(id));
  expect(events).toMatchObject([{ type: "charge.dispute.closed", data: { object: { status: "lost" } } }]);
  expect(() => account.simulated.account.winDispute(id)).toThrow(
    /is lost; this takes one that is needs_response/,
  );
});

test("withdraws no money for an inquiry; a closed inquiry leaves no trace on the charge", async () => {
  const account = openAccount();
  const { paymentIntentId, chargeId } = await paidPoster(account);
  let id = "";
  const opened = await eventsDuring(account, () => {
    ({ id } = account.simulated.account.dispute(paymentIntentId, { inquiry: true }));
  });
  expect(opened).toMatchObject([
    {
      type: "charge.dispute.created",
      data: { object: { status: "warning_needs_response", is_charge_refundable: true } },
    },
  ]);
  expect((await account.stripe.charges.retrieve(chargeId)).disputed).toBe(false);
  account.simulated.account.submitEvidence(id);
  expect((await account.stripe.disputes.retrieve(id)).status).toBe("warning_under_review");
  const closed = await eventsDuring(account, () => account.simulated.account.closeInquiry(id));
  expect(closed).toMatchObject([
    { type: "charge.dispute.closed", data: { object: { status: "warning_closed" } } },
  ]);
  expect((await account.stripe.charges.retrieve(chargeId)).disputed).toBe(false);
});

test("turns an escalated inquiry into a chargeback, the same dispute", async () => {
  const account = openAccount();
  const { paymentIntentId, chargeId } = await paidPoster(account);
  const { id } = account.simulated.account.dispute(paymentIntentId, { inquiry: true });
  const events = await eventsDuring(account, () => account.simulated.account.escalateInquiry(id));
  expect(events).toMatchObject([
    { type: "charge.dispute.updated", data: { previous_attributes: { status: "warning_needs_response" } } },
    { type: "charge.dispute.funds_withdrawn", data: { object: { id, status: "needs_response" } } },
  ]);
  expect((await account.stripe.charges.retrieve(chargeId)).disputed).toBe(true);
  expect((await account.stripe.disputes.list()).data).toHaveLength(1);
});

test("supports disputes that were settled before they became chargebacks", async () => {
  const account = openAccount();
  const { paymentIntentId } = await paidPoster(account);
  const { id } = account.simulated.account.dispute(paymentIntentId, { prevented: true });
  expect(await account.stripe.disputes.retrieve(id)).toMatchObject({
    status: "prevented",
    payment_method_details: { card: { case_type: "resolution" } },
  });
});

test("refuses to refund what the bank has taken back, and allows it again after the dispute is won", async () => {
  const account = openAccount();
  const { paymentIntentId } = await paidPoster(account);
  const { id } = account.simulated.account.dispute(paymentIntentId);
  const refund = () => account.stripe.refunds.create({ payment_intent: paymentIntentId });
  await expect(refund()).rejects.toMatchObject({ statusCode: 400, code: "charge_disputed" });
  account.simulated.account.winDispute(id);
  expect((await refund()).status).toBe("succeeded");
});

test("disputes bank debits, too, and no unpaid charge", async () => {
  const account = openAccount();
  const { paymentIntentId } = await paidPoster(account, "sepa_debit");
  const dispute = account.simulated.account.dispute(paymentIntentId);
  expect(dispute).toMatchObject({ reason: "debit_not_authorized", status: "needs_response" });
  expect(dispute).not.toHaveProperty("payment_method_details");
  expect(() => account.simulated.account.dispute("pi_unknown")).toThrow(/has no payment intent pi_unknown/);
});

test("lists disputes by charge, payment intent and time, in pages", async () => {
  const account = openAccount();
  const payments = [await paidPoster(account), await paidPoster(account), await paidPoster(account)];
  for (const { paymentIntentId } of payments) {
    account.simulated.account.dispute(paymentIntentId);
    await account.advance(10_000);
  }
  const { disputes } = account.stripe;
  const first = payments[0];
  const byIntent = await disputes.list({ payment_intent: first?.paymentIntentId ?? "" });
  expect(byIntent.data.map(({ charge }) => charge)).toEqual([first?.chargeId]);
  expect((await disputes.list({ created: { gte: startMs / 1000 + 10 } })).data).toHaveLength(2);
  const charges = await disputes.list({ limit: 2 }).autoPagingToArray({ limit: 10 });
  expect(charges.map(({ charge }) => charge)).toEqual(payments.map(({ chargeId }) => chargeId).toReversed());
  await expect(disputes.retrieve("du_unknown")).rejects.toMatchObject({ statusCode: 404 });
});
