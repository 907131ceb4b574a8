import type Stripe from "stripe";

import { createStripeClient } from "../../core/stripe/client.ts";
import type { ShopRuntime } from "../../core/services.ts";

type Link = Pick<ShopRuntime, "fetch" | "schedule" | "random">;

interface Loan {
  client: Stripe;
  link: Link;
}

export const SECRET_KEY = "sk_test_simulation";

const loans: Loan[] = [];

const overdue = (): never => {
  throw new Error("A schedule that is over has asked for something.");
};
const CUT: Link = { fetch: overdue, schedule: overdue, random: overdue };

/**
 * The shipped client for every process. Setting them up took a thirteenth of all time, and a client keeps nothing from one request to
 * the next, so a schedule reuses the clients of the one before it. Within a schedule no two processes share a client, because a dead
 * process must not send through a living one.
 */
export function createStripeClients(): { clientFor(link: Link): Stripe } {
  for (const loan of loans) loan.link = CUT;
  let lent = 0;
  return {
    clientFor(link) {
      const loan = loans[lent] ?? lend(link);
      loan.link = link;
      loans[lent] = loan;
      lent += 1;
      return loan.client;
    },
  };
}

function lend(link: Link): Loan {
  const access = { secretKey: SECRET_KEY, livemode: false, apiBase: undefined };
  const client = createStripeClient(access, {
    fetch: (input, init) => loan.link.fetch(input, init),
    schedule: (delayMs, callback) => loan.link.schedule(delayMs, callback),
    random: () => loan.link.random(),
  });
  const loan: Loan = { client, link };
  return loan;
}
