import { createHmac } from "node:crypto";

import { tally, type Attack, type Finding } from "./attack.ts";
import { buy, JSON_TYPE, sessionIdIn, type Target } from "./target.ts";

const HOUR_SECONDS = 3_600;
const SOMEBODY_ELSES = "whsec_somebodyElses0000";

/** "It is paid, hand it out": events that Stripe never sent. */
export const forgedEvents: Attack = {
  name: "Forged events",
  async run(target) {
    const sessionId = sessionIdIn(await buy(target));
    if (sessionId === undefined) return [notTried("no checkout could be opened")];
    const body = completed(sessionId);
    const now = nowSeconds();
    const headers = [
      undefined,
      "",
      "t=1,v1=",
      `t=${now}`,
      `t=${now},v1=${"0".repeat(64)}`,
      sign(body, SOMEBODY_ELSES, now),
      sign(body, "", now),
      sign(body, SOMEBODY_ELSES, now).replace("v1", "v0"),
    ];
    const statuses: number[] = [];
    for (const header of headers) statuses.push(await deliver(target, body, header));
    const state = await stateOf(target, sessionId);
    return [
      {
        tried: "no, empty, made-up and foreign signatures",
        got: tally(statuses),
        gotThrough: statuses.some((status) => status !== 400),
      },
      {
        tried: "is the unpaid order handed out now?",
        got: `its state is "${state}"`,
        gotThrough: ["paid", "fulfilled"].includes(state),
      },
    ];
  },
};

/** A recorded delivery is sent again: repeated, late, or changed. */
export const recordedEvents: Attack = {
  name: "Recorded events",
  async run(target) {
    const { webhookSecret: secret } = target;
    const harmless = JSON.stringify({
      object: "event",
      id: "evt_1",
      type: "plan.created",
      livemode: false,
      data: { object: { id: "plan_1" } },
    });
    if (secret === undefined || (await deliver(target, harmless, sign(harmless, secret))) !== 200) {
      return [notTried("needs STRIPE_WEBHOOK_SECRET, to have something to record")];
    }
    const now = nowSeconds();
    const refused = async (tried: string, headers: readonly string[], body = harmless): Promise<Finding> => {
      const statuses: number[] = [];
      for (const header of headers) statuses.push(await deliver(target, body, header));
      return { tried, got: tally(statuses), gotThrough: statuses.some((status) => status !== 400) };
    };
    const future = sign(harmless, secret, now + HOUR_SECONDS);
    return [
      ...(await replay(target, secret)),
      await refused(
        "signatures five minutes, an hour and a year old",
        [310, HOUR_SECONDS, 31_536_000].map((age) => sign(harmless, secret, now - age)),
      ),
      await refused(
        "signatures of the future",
        [330, HOUR_SECONDS, 31_536_000].map((ahead) => sign(harmless, secret, now + ahead)),
      ),
      await refused("signatures of the future under today's date", [
        `t=${now},${future}`,
        future.replace("t=", "t= "),
        future.replace(/t=\d+/, `t=${now}`),
      ]),
      await refused(
        "another event under a right signature",
        [sign(harmless, secret)],
        harmless.replace("plan_1", "plan_2"),
      ),
    ];
  },
};

async function replay(target: Target, secret: string): Promise<Finding[]> {
  const { inside } = target;
  if (inside === undefined) return [];
  const sessionId = sessionIdIn(await buy(target));
  if (sessionId === undefined) return [notTried("no checkout could be opened")];
  await inside.pay(sessionId);
  const before = inside.mailsSent();
  const header = sign(completed(sessionId), secret);
  const statuses: number[] = [];
  for (let time = 0; time < 10; time += 1) statuses.push(await deliver(target, completed(sessionId), header));
  const more = inside.mailsSent() - before;
  return [
    {
      tried: "a paid order's event ten times",
      got: `${tally(statuses)}, ${more} more mails`,
      gotThrough: before === 0 || more > 0,
    },
  ];
}

function completed(sessionId: string): string {
  return JSON.stringify({
    object: "event",
    id: "evt_attack",
    type: "checkout.session.completed",
    livemode: false,
    data: { object: { id: sessionId, payment_status: "paid" } },
  });
}

/** https://docs.stripe.com/webhooks#verify-manually */
function sign(body: string, secret: string, seconds = nowSeconds()): string {
  return `t=${seconds},v1=${createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex")}`;
}

async function deliver({ send }: Target, body: string, signature: string | undefined): Promise<number> {
  const headers = { ...JSON_TYPE, ...(signature !== undefined && { "Stripe-Signature": signature }) };
  return (await send("/api/webhook", { method: "POST", headers, body })).status;
}

async function stateOf({ send }: Target, sessionId: string): Promise<string> {
  const { body } = await send(`/api/order-status?session_id=${sessionId}`);
  return /"state":"(\w+)"/.exec(body)?.[1] ?? "unknown";
}

function notTried(why: string): Finding {
  return { tried: "(not tried)", got: why, gotThrough: false };
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}
