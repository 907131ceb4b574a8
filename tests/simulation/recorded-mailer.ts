import type { Mail, Mailer } from "../../core/mail/mailer.ts";
import type { Buyers } from "./buyers.ts";
import type { OrderBook } from "./order-book.ts";
import type { CallOutside } from "./outside-call.ts";
import { OWNER_EMAIL } from "./owner-side.ts";
import type { ShopProcess } from "./shop-process.ts";
import type { ShopVersion } from "./shop-version.ts";
import { isPaused, isRevoked, type Truths } from "./truths.ts";
import type { Violations } from "./violations.ts";

/**
 * `down` refuses every mail for now, `refuses` for good, as for an address that does not exist. `blocks` refuses the shop, whoever the
 * mail is for, until the owner has mended that.
 */
export type MailServer = "works" | "down" | "refuses" | "blocks";

export interface MailRecords {
  mailerFor(process: ShopProcess, errors: StepErrors): Mailer;
  sent(orderId: string): number;
  /** How many mails of all orders were sent because somebody asked for them again. */
  sentAgain(): number;
  /** How often the shop has tried to send it, with any outcome except that the server refused the shop itself. */
  tried(orderId: string): number;
}

/** Each version of the shop tells refusals by classes of its own. */
type StepErrors = Pick<ShopVersion, "NonRetriableError" | "BlockedStepError">;

const DAY_MS = 24 * 3_600_000;
const MOST_AGAIN = 3;

/** Longer than a look is remembered and the answer takes, together. */
const LOOKED_UP_MS = 20_000;

/** The key of a mail that somebody asked for again, with the time. */
const AGAIN = /^resend-([\d.]+)\//;

/** A mail server that knows no idempotency keys, like SMTP: what is sent twice arrives twice. */
export function createMailRecords(surroundings: {
  callOutside: CallOutside;
  book: OrderBook;
  buyers: Buyers;
  truths: Truths;
  violations: Violations;
  server: () => MailServer;
  takeOwnersMail: (key: string, errors: StepErrors) => void;
  now: () => number;
  /** True when all instances count in one place. With orders in Stripe each instance counts for itself. */
  isCounted: boolean;
}): MailRecords {
  const { callOutside, book, buyers, truths, violations, server, takeOwnersMail, now, isCounted } =
    surroundings;
  const again = new Map<string, number>();
  const mails = new Map<string, number>();
  const sent = (orderId: string): number => mails.get(orderId) ?? 0;
  const tries = new Map<string, number>();

  async function deliver(key: string, mail: Mail, errors: StepErrors): Promise<void> {
    if (mail.to === OWNER_EMAIL) return takeOwnersMail(key, errors);
    const isAgain = AGAIN.test(key);
    if (server() === "down") throw new Error("421 try again later");
    if (server() === "blocks") {
      // Such a try does not count for the order.
      if (!isAgain) countTries(key, -1);
      throw new errors.BlockedStepError("553 sender not allowed");
    }
    if (server() === "refuses") throw new errors.NonRetriableError("550 no such mailbox");
    const orderId = /cs_test_\w+/.exec(key)?.[0] ?? "";
    if (isAgain) return deliverAgain(orderId, key, mail);
    if (key !== `mail/${orderId}`)
      violations.report("I2 a keyed effect has one key", `a mail has the key ${key}`);
    mails.set(orderId, sent(orderId) + 1);
    checkMail(orderId, mail.to);
    buyers.takeMail(orderId, mail);
  }

  /** A mail that somebody asked for again. It does not count as one of the order's own. */
  function deliverAgain(orderId: string, key: string, mail: Mail): void {
    const day = Math.floor(Number(AGAIN.exec(key)?.[1]) / DAY_MS);
    const today = `${orderId} ${day}`;
    const count = (again.get(today) ?? 0) + 1;
    again.set(today, count);
    if (isCounted && count > MOST_AGAIN)
      violations.report("S8 a mail is sent again within limits", `${orderId}: ${count} mails on one day`);
    if (!truths.current(orderId).isPaid)
      violations.report(
        "I4 no effect before payment",
        `${orderId}: ${mail.to} is mailed again, and Stripe has no money`,
      );
    buyers.takeMail(orderId, mail);
  }

  /** The shop looked the order up a moment ago: if it was revoked or paused by then, its mail must not be sent. */
  function checkAgain(key: string): void {
    const orderId = /cs_test_\w+/.exec(key)?.[0] ?? "";
    const records = book.since(orderId, now() - LOOKED_UP_MS);
    if (records.every(({ control: { mirror } }) => isRevoked(mirror) || isPaused(mirror)))
      violations.report(
        "S8 a mail is sent again within limits",
        `${orderId}: it is closed, and mailed again`,
      );
  }

  function checkMail(orderId: string, to: string): void {
    if (!truths.current(orderId).isPaid) {
      violations.report(
        "I4 no effect before payment",
        `${orderId}: ${to} is mailed, and Stripe has no money`,
      );
    }
    const step = book.current(orderId)?.control.steps["mail"];
    if ((step?.attempts ?? 0) < sent(orderId)) {
      const recorded = `${sent(orderId)} mails sent, ${step?.attempts ?? 0} attempts recorded`;
      violations.report("I3 mails are counted", `${orderId}: ${recorded}`);
    }
  }

  /** By the sender's own clock, by which it took the lease. */
  function checkTime(key: string, process: ShopProcess): void {
    const orderId = /cs_test_\w+/.exec(key)?.[0] ?? "";
    const lease = book.current(orderId)?.control.lease;
    if (lease?.owner.startsWith(`${process.name}-`) && lease.untilMs < process.now()) {
      violations.report(
        "S4 no effect begins out of time",
        `${orderId}: a mail begins after the end of its lease`,
      );
    }
  }

  function countTries(key: string, count: 1 | -1): void {
    const orderId = /cs_test_\w+/.exec(key)?.[0] ?? "";
    tries.set(orderId, (tries.get(orderId) ?? 0) + count);
  }

  return {
    sent,
    sentAgain: () => [...again.values()].reduce((sum, count) => sum + count, 0),
    tried: (orderId) => tries.get(orderId) ?? 0,
    mailerFor: (process, errors) => ({
      send: (mail, { idempotencyKey, signal }) => {
        const isAgain = AGAIN.test(idempotencyKey);
        if (isAgain) checkAgain(idempotencyKey);
        else checkTime(idempotencyKey, process);
        if (!isAgain && mail.to !== OWNER_EMAIL) countTries(idempotencyKey, 1);
        return callOutside(process, {
          point: "mail.send",
          describe: () => `mail ${idempotencyKey}`,
          happen: () => deliver(idempotencyKey, mail, errors),
          show: () => "sent",
          fail: (reason) => new Error(reason),
          signal,
        });
      },
    }),
  };
}
