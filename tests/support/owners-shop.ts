import type { Mail } from "../../core/mail/mailer.ts";
import type { OutgoingRequest } from "../../core/http/safe-post.ts";
import type { ShopDefinition } from "../../core/shop-definition/shop-definition.ts";
import { openTestShop, type TestShop } from "./test-shop.ts";
import { siteOf } from "./test-site.ts";

export const SECRET = `whsec_${Buffer.alloc(32, "k").toString("base64")}`;
export const OWNER = {
  OWNER_EMAIL: "owner@shop.example",
  OWNER_WEBHOOK_URL: "https://chat.example/hook",
  ORDER_WEBHOOK_URL: "https://server.example/orders",
  ORDER_WEBHOOK_SECRET: SECRET,
};

/** An event that the owner's server received. */
interface Event {
  id: string;
  type: string;
  data: Record<string, unknown>;
}

export interface OwnersShop extends TestShop {
  chats: string[];
  events: Event[];
  /** Mails to the owner. */
  notices: (Mail & { key: string })[];
  /** What the chat and the owner's server answer; undefined breaks the connection. */
  answers: { chat: number | undefined; server: number | undefined; mail: boolean };
  order(priceId?: string): Promise<{ orderId: string; payment: string; subscription: string }>;
  /** Delivers every event that Stripe has made since the last time; resolves to the answers' statuses. */
  deliverNew(): Promise<number[]>;
}

/** A shop whose owner is told on every channel: mail, chat and webhook. */
export function openOwnersShop(
  options: {
    definition?: ShopDefinition;
    environment?: Record<string, string>;
    engine?: "memory" | "stripe";
    /** Sees a message on its way, and may delay it. */
    onPost?: (request: OutgoingRequest) => unknown;
    now?: () => number;
  } = {},
): OwnersShop {
  const chats: string[] = [];
  const events: Event[] = [];
  const notices: OwnersShop["notices"] = [];
  const mails: Mail[] = [];
  const answers: OwnersShop["answers"] = { chat: 200, server: 200, mail: true };
  const delivered = new Set<string>();

  async function post(request: OutgoingRequest): Promise<{ status: number }> {
    await options.onPost?.(request);
    const { url, headers, body } = request;
    const isChat = url.href === OWNER.OWNER_WEBHOOK_URL;
    const status = isChat ? answers.chat : answers.server;
    if (status === undefined) throw new Error("connect ECONNREFUSED");
    if (status < 300 && isChat) chats.push((JSON.parse(body) as { text: string }).text);
    if (status < 300 && !isChat) {
      const { type, data } = JSON.parse(body) as Event;
      events.push({ id: headers["webhook-id"] ?? "", type, data });
    }
    return { status };
  }

  const opened = openTestShop({
    site: siteOf(options.definition ?? {}),
    environment: options.environment ?? OWNER,
    ...(options.engine !== undefined && { engine: options.engine }),
    replace: {
      post,
      ...(options.now !== undefined && { now: options.now }),
      mailer: {
        async send(mail, { idempotencyKey }) {
          if (mail.to !== OWNER.OWNER_EMAIL) return void mails.push(mail);
          if (!answers.mail) throw new Error("421 try again later");
          notices.push({ ...mail, key: idempotencyKey });
        },
      },
    },
  });
  if (options.now !== undefined) opened.clock.nowMs = options.now();

  return {
    ...opened,
    mails,
    chats,
    events,
    notices,
    answers,

    async order(priceId = "price_poster_a2") {
      const orderId = await opened.openSession(priceId);
      opened.stripe.buyer.pay(orderId);
      await this.deliverNew();
      const { paymentIntent, subscription } = opened.stripe.state().checkoutIntents[orderId] ?? {};
      return { orderId, payment: paymentIntent ?? "", subscription: subscription ?? "" };
    },

    async deliverNew() {
      const statuses: number[] = [];
      for (const { id, type, snapshot: object } of Object.values(opened.stripe.state().events)) {
        if (delivered.has(id)) continue;
        delivered.add(id);
        statuses.push((await opened.notify(object.id, type)).status);
      }
      return statuses;
    },
  };
}
