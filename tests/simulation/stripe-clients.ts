import type Stripe from "stripe";

import { createStripeClient } from "../../core/stripe/client.ts";
import type { Surroundings } from "../../core/surroundings.ts";

type Link = Pick<Surroundings, "fetch" | "schedule" | "random">;

interface Loan {
  client: Stripe;
  link: Link;
}

const loans: Loan[] = [];

/**
 * The shipped client for every process. To set one up takes as long as ten of its calls, and it keeps nothing from one request to the
 * next: so a schedule takes over the clients of the one before it on the same thread. Within a schedule no two processes ever share
 * one, because what a dead process still wants to send must not leave through a living one.
 */
export function createStripeClients(secretKey: string): { clientFor(link: Link): Stripe } {
  let lent = 0;
  return {
    clientFor(link) {
      const loan = loans[lent] ?? lend(secretKey, link);
      loan.link = link;
      loans[lent] = loan;
      lent += 1;
      return loan.client;
    },
  };
}

function lend(secretKey: string, link: Link): Loan {
  const access = { secretKey, livemode: false, apiBase: undefined };
  const client = createStripeClient(access, {
    fetch: (input, init) => loan.link.fetch(input, init),
    schedule: (delayMs, callback) => loan.link.schedule(delayMs, callback),
    random: () => loan.link.random(),
  });
  const loan: Loan = { client, link };
  return loan;
}
