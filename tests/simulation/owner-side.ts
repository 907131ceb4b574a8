import { createHmac } from "node:crypto";

import type { OutgoingRequest } from "../../core/http/safe-post.ts";
import type { OwnerCodeAttempt, ShopDefinition } from "../../core/shop-definition/shop-definition.ts";
import { badSum } from "./check-sums.ts";
import type { NotificationLedger } from "./notification-ledger.ts";
import type { OrderBook } from "./order-book.ts";
import type { CallOutside } from "./outside-call.ts";
import type { ShopProcess } from "./shop-process.ts";
import type { ShopVersion } from "./shop-version.ts";
import type { Truths } from "./truths.ts";
import type { Violations } from "./violations.ts";

/** What the owner has set up, and how well it works. `gone`: answered 410, for good. */
export interface OwnerHabits {
  webhook: boolean;
  mail: boolean;
  chat: boolean;
  code: boolean;
  server: "works" | "down" | "gone";
  codeWorks: boolean;
}

/** A message that reached the owner's side, perhaps not for the first time. */
interface Told {
  channel: "code" | "webhook" | "mail" | "chat";
  /** A chat message has no key. */
  key: string | undefined;
  /** What a webhook says of the order. */
  order?: { refundedMinor: number; revoked: boolean };
}

export interface OwnerSide {
  environment: Readonly<Record<string, string>>;
  post(process: ShopProcess): (request: OutgoingRequest) => Promise<{ status: number }>;
  code(process: ShopProcess): Pick<ShopDefinition, "onPaid" | "onRevoked" | "onRestored">;
  /** A mail to the owner arrives. */
  takeMail(key: string, errors: Pick<ShopVersion, "NonRetriableError">): void;
  told(orderId: string): readonly Told[];
  habits(): OwnerHabits;
  /** True once the owner's side has answered that another try is useless. */
  wasGone(): boolean;
}

export const OWNER_EMAIL = "owner@shop.example";
const CHAT_URL = "https://chat.example/hook";
const WEBHOOK_URL = "https://owner.example/orders";
const SECRET_BYTES = Buffer.alloc(32, "simulated");

export function createOwnerSide(surroundings: {
  callOutside: CallOutside;
  book: OrderBook;
  ledger: NotificationLedger;
  truths: Truths;
  violations: Violations;
  habits: () => OwnerHabits;
}): OwnerSide {
  const { callOutside, book, ledger, truths, violations, habits } = surroundings;
  const messages = new Map<string, Told[]>();
  const paid = new Map<string, number>();
  let hasBeenGone = false;
  const { webhook, mail, chat, code } = habits();

  function take(orderId: string, told: Told): void {
    // An alarm is about no order.
    if (orderId === "") return;
    const known = messages.get(orderId) ?? [];
    known.push(told);
    messages.set(orderId, known);
    const { isPaid, hasFailed } = truths.current(orderId);
    const tellsOfFailure = told.key === undefined || told.key.startsWith("payment_failed/");
    if (!isPaid && !(hasFailed && tellsOfFailure)) {
      violations.report("I4 no effect before payment", `${orderId}: the owner's ${told.channel} is told`);
    }
    checkOrder(orderId, told, known);
    const sent = known.filter(({ channel, key }) => channel === told.channel && key === told.key).length;
    const recorded = ledger.attempts(orderId, told.channel, told.key);
    if (sent > recorded) {
      const what = `${told.channel} ${told.key ?? ""}: ${sent} messages, ${recorded} attempts recorded`;
      violations.report("N2 messages to the owner are counted", `${orderId}: ${what}`);
    }
  }

  /** N4, unless the order's own message was given up or goes to no one. */
  function checkOrder(orderId: string, { channel, key = "" }: Told, known: readonly Told[]): void {
    if (channel !== "webhook" && channel !== "mail") return;
    const own = book.current(orderId)?.control.news?.order?.deliveries[channel]?.state;
    const isTold = known.some(
      (one) => one.channel === channel && /^(?:paid|payment_failed)\//.test(one.key ?? ""),
    );
    if (!isTold && (own === "todo" || own === "started"))
      violations.report(
        "N4 an order is told before what happens to it",
        `${orderId}: ${channel} hears ${key}`,
      );
  }

  function takePost({ url, headers, body }: OutgoingRequest): { status: number } {
    const { server } = habits();
    if (server === "down") return { status: 503 };
    hasBeenGone ||= server === "gone";
    if (server === "gone") return { status: 410 };
    const orderId = orderIn(body);
    if (url.href === CHAT_URL && ABOUT_STORAGE.test(body)) return { status: 200 };
    if (url.href === CHAT_URL) take(orderId, { channel: "chat", key: undefined });
    else takeEvent(orderId, headers, body);
    return { status: 200 };
  }

  /** Checked by hand and not with the library, which both sides might use wrongly. */
  function takeEvent(orderId: string, headers: OutgoingRequest["headers"], body: string): void {
    const key = headers["webhook-id"] ?? "";
    const signed = `${key}.${headers["webhook-timestamp"]}.${body}`;
    const signature = createHmac("sha256", SECRET_BYTES).update(signed).digest("base64");
    if (headers["webhook-signature"] !== `v1,${signature}`)
      violations.report("N3 one event has one key", `${orderId}: a wrong signature under ${key}`);
    const { data } = JSON.parse(body) as {
      data: { refundedMinor: number; revoked: boolean } & Parameters<typeof badSum>[0];
    };
    const bad = badSum(data);
    if (bad !== undefined)
      violations.report("S1 an order says what was bought", `${orderId}, webhook: ${bad}`);
    take(orderId, {
      channel: "webhook",
      key,
      order: { refundedMinor: data.refundedMinor, revoked: data.revoked },
    });
  }

  /** By the sender's own clock, by which it took the lease. */
  function checkTime(orderId: string, process: ShopProcess): void {
    const lease = book.current(orderId)?.control.lease;
    if (lease?.owner.startsWith(`${process.name}-`) && lease.untilMs < process.now())
      violations.report("S4 no effect begins out of time", `${orderId}: the owner is told after the lease`);
  }

  function runCode(process: ShopProcess, name: string) {
    return async ({ orderId }: { orderId: string }, { idempotencyKey, signal }: OwnerCodeAttempt) => {
      checkTime(orderId, process);
      await callOutside(process, {
        point: `code.${name}`,
        describe: () => `${name} ${idempotencyKey}`,
        happen: async () => {
          if (!habits().codeWorks) throw new Error("the owner's code is broken");
          if (name !== "onPaid") return take(orderId, { channel: "code", key: idempotencyKey });
          checkPaid(orderId, idempotencyKey);
        },
        fail: (reason) => new Error(reason),
        signal,
      });
    };
  }

  function checkPaid(orderId: string, key: string): void {
    if (key !== `onPaid/${orderId}`)
      violations.report("I2 a keyed effect has one key", `onPaid has the key ${key}`);
    if (!truths.current(orderId).isPaid)
      violations.report("I4 no effect before payment", `${orderId}: onPaid, and Stripe has no money`);
    const attempts = book.current(orderId)?.control.steps["onPaid"]?.attempts ?? 0;
    const known = (paid.get(orderId) ?? 0) + 1;
    paid.set(orderId, known);
    if (known > attempts)
      violations.report(
        "N2 messages to the owner are counted",
        `${orderId}: onPaid ${known} times, ${attempts} recorded`,
      );
  }
  return {
    habits,
    wasGone: () => hasBeenGone,
    environment: {
      ...(webhook && {
        ORDER_WEBHOOK_URL: WEBHOOK_URL,
        ORDER_WEBHOOK_SECRET: `whsec_${SECRET_BYTES.toString("base64")}`,
      }),
      ...(chat && { OWNER_WEBHOOK_URL: CHAT_URL }),
      ...(mail && { OWNER_EMAIL }),
    },

    post: (process) => (request) => {
      checkTime(orderIn(request.body), process);
      return callOutside(process, {
        point: "owner.post",
        describe: () => `post ${request.url.href} ${request.headers["webhook-id"] ?? ""}`,
        happen: async () => takePost(request),
        fail: (reason) => new Error(reason),
        show: ({ status }) => String(status),
        signal: request.signal,
      });
    },

    code: (process) =>
      code
        ? {
            onPaid: runCode(process, "onPaid"),
            onRevoked: runCode(process, "onRevoked"),
            onRestored: runCode(process, "onRestored"),
          }
        : {},

    takeMail(key, { NonRetriableError }) {
      const { server } = habits();
      if (server === "down") throw new Error("421 try again later");
      hasBeenGone ||= server === "gone";
      if (server === "gone") throw new NonRetriableError("550 no such mailbox");
      if (key.startsWith("notice/storage_broken/")) return;
      take(/cs_test_\w+/.exec(key)?.[0] ?? "", { channel: "mail", key: key.replace(/^notice\//, "") });
    },

    told: (orderId) => messages.get(orderId) ?? [],
  };
}

/** Alarms about the storage are about no order. */
const ABOUT_STORAGE = /cannot keep its records/;

/** The order that a message is about; a remark in it may name another one. */
function orderIn(body: string): string {
  return /(?:Order |"id":")(cs_test_\w+)/.exec(body)?.[1] ?? "";
}
