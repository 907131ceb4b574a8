import { tally, type Attack, type Finding } from "./attack.ts";
import { buy, JSON_TYPE, type Answer, type Target } from "./target.ts";

const REQUESTS = 1_000;
const FEWER_REQUESTS = 300;
const AT_ONCE = 20;

/** What a deployed shop lets one address, and one /48, open in a minute; the run may touch two of them. */
const PER_MINUTE = { address: 5, largeNetwork: 30 } as const;

/** Card testers try stolen cards by the hundred, and each try needs a checkout. Other attackers use up the checkouts of honest buyers. */
export const flood: Attack = {
  name: "Card testing",
  async run(target) {
    return [await junk(target), await fromOneAddress(target), ...(await fromOneNetwork(target))];
  },
};

/** Requests for what is not for sale must not count against the limit. */
async function junk(target: Target): Promise<Finding> {
  const bodies = [
    '{"price_id":"price_nobody_sells_this"}',
    JSON.stringify({ price_id: target.priceId, quantity: 1_000 }),
    JSON.stringify({ price_id: target.priceId, amount: 1 }),
    "{",
  ];
  const statuses = await manyAtOnce(FEWER_REQUESTS, (index) =>
    target.send("/api/create-checkout-session", {
      method: "POST",
      headers: JSON_TYPE,
      body: bodies[index % bodies.length] ?? "",
    }),
  );
  const honest = await buy(target);
  return {
    tried: `${FEWER_REQUESTS} requests for what is not sold, then an honest one`,
    got: `${tally(statuses)}; then ${honest.status}`,
    gotThrough: honest.status >= 400 || statuses.some((status) => status < 400),
  };
}

async function fromOneAddress(target: Target): Promise<Finding> {
  const statuses = await manyAtOnce(REQUESTS, () => buy(target));
  // A shop that was not started by this run may have other limits.
  const gotThrough =
    target.inside === undefined ? !statuses.includes(429) : opened(statuses) > 2 * PER_MINUTE.address;
  return { tried: `${count(REQUESTS)} checkouts from one address`, got: tally(statuses), gotThrough };
}

/** Only where this run plays the host, because only the host says where a request comes from. */
async function fromOneNetwork(target: Target): Promise<Finding[]> {
  const header = target.inside?.addressHeader;
  if (header === undefined) return [];
  const from = (address: string): Promise<Answer> => buy(target, { [header]: address });
  const statuses = await manyAtOnce(FEWER_REQUESTS, (index) => from(`2001:db8:1:${index.toString(16)}::1`));
  const buyer = await from("203.0.113.7");
  return [
    {
      tried: `${FEWER_REQUESTS} checkouts from as many networks of one /48`,
      got: tally(statuses),
      gotThrough: opened(statuses) > 2 * PER_MINUTE.largeNetwork,
    },
    {
      tried: "an honest purchase from elsewhere, meanwhile",
      got: String(buyer.status),
      gotThrough: buyer.status >= 400,
    },
  ];
}

async function manyAtOnce(requests: number, send: (index: number) => Promise<Answer>): Promise<number[]> {
  const statuses: number[] = [];
  const queue = Array.from({ length: requests }, (_, index) => index);
  const worker = async (): Promise<void> => {
    for (let index = queue.pop(); index !== undefined; index = queue.pop())
      statuses.push((await send(index)).status);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return statuses;
}

const opened = (statuses: readonly number[]): number => statuses.filter((status) => status < 400).length;
const count = (number: number): string => number.toLocaleString("en");
