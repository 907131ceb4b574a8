import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { QueryCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { createDynamodbOrderStore } from "../../core/stores/dynamodb-order-store.ts";
import type { OrderStore } from "../../core/orders/order-store.ts";
import { openOrders } from "../contracts/order-store.ts";
import { createRandom } from "../simulation/random.ts";
import { startLocalStripe, type LocalStripe } from "./local-stripe.ts";
import { startLocalTable, type LocalTable } from "./local-table.ts";
import { openPostOffice, type PostOffice } from "./post-office.ts";
import { startShops, type Shops } from "./shops.ts";

const INSTANCES = 4;
const COPIES = 64;
/** A round takes 0.75 s on two cores; `.ci/run` does 100. For fewer or more: `PROCESS_ROUNDS=10 npm run test:processes`. */
const ROUNDS = Number(process.env["PROCESS_ROUNDS"] ?? 10);
const KILL_ROUNDS = Number(process.env["PROCESS_KILL_ROUNDS"] ?? 6);
const MAIL_KILL_ROUNDS = 2;
const SEED = 20_261_121;
const LEASE_OVER_MS = 46_000;

let folder: string;
let local: LocalTable;
let client: DynamoDBClient;
let store: OrderStore;
let stripe: LocalStripe;
let postOffice: PostOffice;
let shops: Shops;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "static-checkout-"));
  local = await startLocalTable(join(folder, "dynamodb"));
  client = createDynamodbClient(local.config);
  store = createDynamodbOrderStore(client, local.config.table, { livemode: false, shopId: "1" });
  stripe = await startLocalStripe();
  postOffice = await openPostOffice();
  shops = await startShops(INSTANCES, {
    dynamodb: local.config,
    stripeUrl: stripe.url,
    postOfficeUrl: postOffice.url,
  });
});

afterAll(async () => {
  await shops.close();
  await Promise.all([postOffice.close(), stripe.close()]);
  client.destroy();
  await local.program.kill();
  await rm(folder, { recursive: true });
});

type Event = Awaited<ReturnType<LocalStripe["paidSession"]>>["event"];

/** Delivers all copies at once, spread over the instances. */
function deliverCopies(event: Event): Promise<(number | "lost")[]> {
  return Promise.all(Array.from({ length: COPIES }, (_, copy) => shops.deliver(event, copy)));
}

function lettersAbout(sessionId: string) {
  return postOffice.letters.filter(({ key }) => key === `mail/${sessionId}`);
}

/** The sort keys of everything that is kept about an order. */
async function itemsOf(sessionId: string): Promise<(string | undefined)[]> {
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: local.config.table,
      KeyConditionExpression: "#pk = :pk",
      ExpressionAttributeNames: { "#pk": "pk" },
      ExpressionAttributeValues: { ":pk": { S: `TEST#ORDER#${sessionId}` } },
    }),
  );
  return Items.map((item) => item["sk"]?.S);
}

test(`A02: ${COPIES} copies of one event at ${INSTANCES} processes make one order, one lease and one mail, ${ROUNDS} times`, async () => {
  const statuses = new Map<number | string, number>();
  const startedMs = Date.now();
  for (let round = 0; round < ROUNDS; round += 1) {
    const { sessionId, event } = await stripe.paidSession();
    const answers = await deliverCopies(event);
    for (const status of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
    for (let again = 0; answers.includes(503) && again < 3; again += 1) {
      if ((await shops.deliver(event, again)) === 200) break;
    }

    expect(await store.readControl(sessionId)).toEqual({
      // One lease, both steps begun and done in it, and the end: no other process has written.
      version: 4,
      control: expect.objectContaining({
        state: "fulfilled",
        fence: 1,
        steps: { record: { state: "done", attempts: 1 }, mail: { state: "done", attempts: 1 } },
      }),
    });
    expect(await itemsOf(sessionId)).toEqual(["CONTROL", `LOG#record/${sessionId}`, "SNAPSHOT"]);
    expect(lettersAbout(sessionId)).toHaveLength(1);
  }
  console.log(`${ROUNDS} rounds in ${Date.now() - startedMs} ms; answers:`, Object.fromEntries(statuses));
  expect([...statuses.keys()].filter((status) => status !== 200 && status !== 503)).toEqual([]);
  expect(postOffice.letters).toHaveLength(ROUNDS);
  expect(await openOrders(store)).toEqual([]);
});

test(`A06, A07, A09: with two processes killed in each of ${KILL_ROUNDS} rounds, redelivery ends with every order fulfilled and no more mails than attempts`, async () => {
  const random = createRandom(SEED, "kills");
  let interrupted = 0;
  for (let round = 0; round < KILL_ROUNDS; round += 1) {
    const { sessionId, event } = await stripe.paidSession();
    const delivering = deliverCopies(event);
    await pause(random.between(5, 200));
    const victim = random.between(0, INSTANCES - 1);
    await Promise.all([shops.kill(victim), shops.kill(victim + 1)]);
    const { left } = await survive(sessionId, event, await delivering);
    if (left?.control.state !== "fulfilled") interrupted += 1;
  }
  console.log(`${interrupted} of ${KILL_ROUNDS} orders were interrupted by a kill.`);
  expect(await openOrders(store)).toEqual([]);
});

test(`A08: a process killed between sending a mail and recording it makes a second mail under the same key, and both attempts are counted, ${MAIL_KILL_ROUNDS} times`, async () => {
  for (let round = 0; round < MAIL_KILL_ROUNDS; round += 1) {
    const { sessionId, event } = await stripe.paidSession();
    postOffice.onArrival = async ({ sender }) => {
      postOffice.onArrival = undefined;
      await shops.killProcess(sender);
    };
    const { left, done } = await survive(sessionId, event, await deliverCopies(event));
    expect(left?.control).toMatchObject({
      state: "paid",
      steps: { mail: { state: "started", attempts: 1 } },
    });
    expect(done?.control).toMatchObject({ fence: 2, steps: { mail: { state: "done", attempts: 2 } } });
    expect(lettersAbout(sessionId)).toHaveLength(2);
  }
});

/** What must be true after some instances were killed, given their `answers`, and once they are back. */
async function survive(sessionId: string, event: Event, answers: readonly (number | "lost")[]) {
  for (const status of answers) expect([200, 503, "lost"]).toContain(status);
  const left = await store.readControl(sessionId);
  if (answers.includes(200)) expect(left?.control.state).toBe("fulfilled");

  await shops.restart();
  shops.letPass(LEASE_OVER_MS);
  for (let instance = 0; instance < INSTANCES; instance += 1) {
    expect(await shops.deliver(event, instance)).toBe(200);
  }
  const done = await store.readControl(sessionId);
  expect(done?.control.state).toBe("fulfilled");
  expect(done?.control.fence).toBeGreaterThanOrEqual(left?.control.fence ?? 0);
  expect(await itemsOf(sessionId)).toEqual(["CONTROL", `LOG#record/${sessionId}`, "SNAPSHOT"]);
  const mails = lettersAbout(sessionId).length;
  expect(mails).toBeGreaterThanOrEqual(1);
  expect(mails).toBeLessThanOrEqual(done?.control.steps["mail"]?.attempts ?? 0);
  return { left, done };
}

test("A26: while its table is down a shop answers 503, and 200 once the table is back; what was acknowledged is still there", async () => {
  const before = await stripe.paidSession();
  expect(await shops.deliver(before.event, 0)).toBe(200);
  const during = await stripe.paidSession();

  await local.program.kill();
  expect(await shops.deliver(during.event, 0)).toBe(503);
  // Even a finished order cannot be known.
  expect(await shops.deliver(before.event, 1)).toBe(503);
  local = await startLocalTable(join(folder, "dynamodb"), local.program.port);

  expect((await store.readControl(before.sessionId))?.control.state).toBe("fulfilled");
  for (const { event, sessionId } of [before, during]) {
    expect(await shops.deliver(event, 2)).toBe(200);
    expect((await store.readControl(sessionId))?.control.state).toBe("fulfilled");
    expect(lettersAbout(sessionId)).toHaveLength(1);
  }
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
