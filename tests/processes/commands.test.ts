import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";

import type { ControlRecord } from "../../core/orders/order.ts";
import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { createDynamodbStorage } from "../../core/stores/dynamodb-storage.ts";
import type { Storage } from "../../core/stores/storage.ts";
import { dynamodbEnvironment, startLocalDynamodb, type LocalDynamodb } from "../../cli/dev/local-dynamodb.ts";
import { REQUIRED_PERMISSIONS } from "../support/required-permissions.ts";
import { control, snapshot } from "../contracts/order-store.ts";
import { startLocalStripe, type LocalStripe } from "./local-stripe.ts";
import { runOwnerCommand, type Finished } from "./owner-command.ts";

const COMMANDS = ["create-table", "reconcile", "replay", "settle"] as const;
type Command = (typeof COMMANDS)[number];

/** Each is different, so that a leak can be identified. */
const SECRETS = {
  STRIPE_SECRET_KEY: `rk_test_${randomBytes(12).toString("hex")}`,
  STRIPE_WEBHOOK_SECRET: `whsec_${randomBytes(12).toString("hex")}`,
  DYNAMODB_SECRET_ACCESS_KEY: `secret${randomBytes(12).toString("hex")}`,
};

let local: LocalDynamodb;
let client: DynamoDBClient;
let engine: Storage;
let stripe: LocalStripe;
let environment: Record<string, string>;
const everythingPrinted: string[] = [];

beforeAll(async () => {
  local = await startLocalDynamodb(undefined);
  client = createDynamodbClient(local.config);
  engine = createDynamodbStorage(client, local.config.table, { livemode: false, shopId: "1" });
  // The permissions of the README's restricted key are enough for the commands.
  stripe = await startLocalStripe({
    restrictedKeys: { [SECRETS.STRIPE_SECRET_KEY]: REQUIRED_PERMISSIONS },
  });
  environment = {
    ...dynamodbEnvironment(local.config),
    ...SECRETS,
    STRIPE_API_BASE: stripe.url,
    SITE_URL: "https://shop.example",
  };
});
afterAll(async () => {
  client.destroy();
  await Promise.all([stripe.close(), local.close()]);
});

async function run(command: Command, parameters: readonly string[] = [], changes = {}): Promise<Finished> {
  const finished = await runOwnerCommand(command, parameters, { ...environment, ...changes });
  everythingPrinted.push(finished.output, finished.complaints);
  // Always sentences, never a stack.
  expect(finished.output + finished.complaints).not.toMatch(/^\s+at .+:\d+:\d+/m);
  return finished;
}

const stateOf = async (sessionId: string) => (await engine.orders.readControl(sessionId))?.control.state;

test.for(COMMANDS)("%s --help says what it does and how to call it", async (command) => {
  const { exitCode, output, complaints } = await run(command, ["--help"]);
  expect(exitCode).toBe(0);
  expect(output).toContain(`npm run ${command}`);
  expect(complaints).toBe("");
});

test.for<[Command, string[]]>([
  ["create-table", ["orders"]],
  ["reconcile", ["--fast"]],
  ["replay", []],
  ["replay", ["cs_test_1234567890"]],
  ["replay", ["evt_1", "evt_2"]],
  ["settle", []],
  ["settle", ["evt_1"]],
  ["settle", ["cs_test_1", "cs_test_2"]],
  ["settle", ["cs_test_../../v1/refunds"]],
  ["settle", ["cs_test_1234567890", "--mail-to"]],
  ["settle", ["cs_test_1234567890", "--mail", "ada@example.com"]],
])("%s refuses the arguments %j and says how to call it", async ([command, parameters]) => {
  const { exitCode, output, complaints } = await run(command, parameters);
  expect(exitCode).toBe(1);
  expect(output).toBe("");
  expect(complaints).toContain(`npm run ${command}`);
});

test.for<[Command, string[], string]>([
  ["reconcile", [], "STRIPE_SECRET_KEY"],
  ["replay", ["evt_1"], "STRIPE_WEBHOOK_SECRET"],
  ["settle", ["cs_test_1"], "SITE_URL"],
  ["settle", ["cs_test_1"], "DYNAMODB_REGION"],
  ["create-table", [], "DYNAMODB_ACCESS_KEY_ID"],
  ["create-table", [], "DYNAMODB_TABLE"],
])("E12: %s %j says that %s is not set", async ([command, parameters, variable]) => {
  const { exitCode, output, complaints } = await run(command, parameters, { [variable]: "" });
  expect(exitCode).toBe(1);
  expect(output).toBe("");
  expect(complaints).toMatch(new RegExp(`^${variable} is not set`));
});

test("create-table creates the table once, says so, and says what this DynamoDB cannot do", async () => {
  const fresh = {
    DYNAMODB_TABLE: "a-new-table",
    STRIPE_SECRET_KEY: "",
    STRIPE_WEBHOOK_SECRET: "",
    SITE_URL: "",
  };
  const first = await run("create-table", [], fresh);
  expect(first).toEqual({
    exitCode: 0,
    output:
      "Made the table a-new-table in local, with the index open-orders.\nThis DynamoDB cannot expire records: event records stay.\n",
    complaints: "",
  });
  const again = await run("create-table", [], fresh);
  expect(again.exitCode).toBe(0);
  expect(again.output).toContain("The table a-new-table in local is there already");
  expect(
    await createDynamodbStorage(client, "a-new-table", { livemode: false, shopId: "1" }).orders.readControl(
      "cs_test_1",
    ),
  ).toBeUndefined();
});

test("create-table says why it failed, and what to check", async () => {
  const { exitCode, complaints } = await run("create-table", [], { DYNAMODB_ENDPOINT: "http://127.0.0.1:9" });
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(
    /^The table static-checkout could not be made: .+\nIs there a DynamoDB at http:\/\/127\.0\.0\.1:9\? .+ DYNAMODB_ENDPOINT empty\.\n$/,
  );
});

test("A31: reconcile settles an order that was never reported, reports it as JSON, and finds nothing the next time", async () => {
  const { sessionId } = await stripe.paidSession();
  const { exitCode, output } = await run("reconcile");
  expect(exitCode).toBe(0);
  expect(JSON.parse(output)).toEqual({
    checked: expect.any(Number),
    repaired: [sessionId],
    unfinished: [],
    flagged: [],
    incomplete: [],
    skipped: [],
  });
  expect(await stateOf(sessionId)).toBe("fulfilled");
  expect(JSON.parse((await run("reconcile")).output)).toMatchObject({ repaired: [], incomplete: [] });
});

test("E12: reconcile names the table that is missing", async () => {
  const { exitCode, complaints } = await run("reconcile", [], { DYNAMODB_TABLE: "no-such-table" });
  expect(exitCode).toBe(1);
  expect(complaints).toContain("There is no table no-such-table in the region local");
  expect(complaints).toContain("npm run create-table");
});

test("A26: reconcile says which of Stripe's lists it could not read, and that nothing is lost", async () => {
  const { exitCode, output, complaints } = await run("reconcile", [], {
    STRIPE_API_BASE: "http://127.0.0.1:9",
  });
  expect(exitCode).toBe(1);
  expect(JSON.parse(output)).toMatchObject({
    repaired: [],
    incomplete: [
      "undelivered_events",
      "recent_changes",
      "recent_sessions",
      "recent_refunds",
      "recent_disputes",
    ],
  });
  expect(complaints).toContain("reconcile_source_failed");
  expect(complaints).toMatch(/^Some lists could not be read to their end/m);
});

test("A30: reconcile names the orders that wait for their owner, and what to do about them", async () => {
  const sessionId = await flaggedOrder();
  const { exitCode, output, complaints } = await run("reconcile");
  expect(JSON.parse(output)).toMatchObject({ flagged: [sessionId], incomplete: [] });
  expect(complaints).toContain(`npm run settle -- ${sessionId}`);
  expect(exitCode).toBe(0);
  await run("settle", [sessionId]);
});

test("settle delivers one order, and does nothing the second time", async () => {
  const { sessionId } = await stripe.paidSession();
  const { exitCode, output } = await run("settle", [sessionId]);
  expect(exitCode).toBe(0);
  expect(JSON.parse(output)).toMatchObject({ outcome: "fulfilled", order: { state: "fulfilled", fence: 1 } });
  expect(JSON.parse((await run("settle", [sessionId])).output)).toMatchObject({
    outcome: "fulfilled",
    order: { fence: 1 },
  });
});

test("E09: settle adds its line to the history of an order that it could not settle, and none where there is no order", async () => {
  const down = { STRIPE_API_BASE: "http://127.0.0.1:9" };
  const sessionId = await keptOrder({ state: "fulfilled", fence: 1 });
  const { exitCode, complaints } = await run("settle", [sessionId], down);
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(/^The order could not be settled: /m);
  const noted = await engine.orders.readHistory(sessionId);
  expect(noted?.map(({ what }) => what)).toEqual(["settle_command"]);

  await run("settle", ["cs_test_unknown0000"], down);
  expect(await engine.orders.readHistory("cs_test_unknown0000")).toEqual([]);
});

test("E52: settle --mail-to says why it cannot mail, and changes nothing", async () => {
  const { sessionId } = await stripe.paidSession();
  await run("settle", [sessionId]);
  const { exitCode, complaints } = await run("settle", [sessionId, "--mail-to", "ada@right.example"]);
  expect(exitCode).toBe(1);
  expect(complaints).toContain("SMTP_URL is not set here");
});

test("E09: settle reports how often each file was fetched, and the history including itself", async () => {
  const { sessionId } = await stripe.paidSession();
  const first = JSON.parse((await run("settle", [sessionId])).output) as Record<string, unknown>;
  expect(first).toMatchObject({
    downloads: [],
    history: [
      expect.stringMatching(/^2\d{3}-.+Z order_recorded$/),
      expect.stringMatching(/^2\d{3}-.+Z settle_command$/),
    ],
  });

  const file = { id: "fileEpub0001", name: "The Tide Reader (EPUB)" };
  for (const hour of [12, 13, 14]) await engine.downloads.add(sessionId, file, Date.UTC(2090, 10, 21, hour));
  const resent = { key: `resend-1/${sessionId}`, atMs: Date.UTC(2090, 10, 21, 15), what: "mail_resent" };
  await engine.orders.appendHistory(sessionId, resent);
  const { output } = await run("settle", [sessionId]);
  expect(JSON.parse(output)).toMatchObject({
    downloads: [
      {
        name: "The Tide Reader (EPUB)",
        count: 3,
        first: "2090-11-21T12:00:00.000Z",
        last: "2090-11-21T14:00:00.000Z",
      },
    ],
    history: [
      expect.stringContaining("order_recorded"),
      expect.stringContaining("settle_command"),
      expect.stringContaining("settle_command"),
      "2090-11-21T15:00:00.000Z mail_resent",
    ],
  });
});

test("A30: settle retries an order that had used up its attempts and needs attention", async () => {
  const sessionId = await flaggedOrder();
  const { exitCode, output } = await run("settle", [sessionId]);
  expect(JSON.parse(output)).toMatchObject({
    outcome: "fulfilled",
    // No mail is sent: these commands run without a mailer here.
    order: {
      state: "fulfilled",
      steps: { record: { attempts: 1 }, mail: { state: "skipped", attempts: 13 } },
    },
  });
  expect(exitCode).toBe(0);
});

test("settle sends again what was given up, and says which messages could not be delivered", async () => {
  const sessionId = await keptOrder({
    v: 2,
    state: "fulfilled",
    fence: 1,
    steps: { record: { state: "done", attempts: 1 }, mail: { state: "done", attempts: 1 } },
    news: { order: { kind: "paid", count: 1, deliveries: { chat: { state: "gave_up", attempts: 12 } } } },
  });
  const texts: string[] = [];
  const chat = createServer((request, response) => {
    const answer = (body: unknown): ServerResponse => {
      texts.push((body as { text: string }).text);
      return response.writeHead(texts.length === 1 ? 500 : 200).end();
    };
    void json(request).then(answer);
  }).listen(0, "127.0.0.1");
  await once(chat, "listening");
  const { port } = chat.address() as AddressInfo;
  const withChat = { OWNER_WEBHOOK_URL: `http://127.0.0.1:${port}/hook` };

  const first = await run("settle", [sessionId], withChat);
  expect(JSON.parse(first.output)).toMatchObject({
    outcome: "fulfilled",
    owed: ["paid (chat): gave_up after 13 attempts"],
    order: { lastError: "chat: Error: The chat answered 500." },
  });
  expect(first.complaints).toContain("a message about it could not be delivered");
  expect(first.exitCode).toBe(1);

  const second = await run("settle", [sessionId], withChat);
  expect(second.exitCode).toBe(0);
  expect(JSON.parse(second.output)).not.toHaveProperty("owed");
  expect(texts).toHaveLength(2);
  expect(texts[1]).toContain("[test] New order");
  chat.close();
});

/** A paid order that the shop has begun, and how far it has come. */
async function keptOrder(howFar: Partial<ControlRecord>): Promise<string> {
  const { sessionId } = await stripe.paidSession();
  await engine.orders.createSnapshot(snapshot(sessionId, "poster"));
  await engine.orders.writeControl(sessionId, 0, { ...control("w"), ...howFar });
  return sessionId;
}

/** A paid order whose mail failed until the order was left to its owner. */
function flaggedOrder(): Promise<string> {
  return keptOrder({
    state: "needs_attention",
    fence: 12,
    steps: { record: { state: "done", attempts: 1 }, mail: { state: "started", attempts: 12 } },
    lastError: "mail: Error: 550",
  });
}

test("settle says that Stripe does not know the order, and what the cause may be", async () => {
  const { exitCode, output, complaints } = await run("settle", ["cs_test_unknown0000"]);
  expect(exitCode).toBe(1);
  expect(JSON.parse(output)).toEqual({ outcome: "not_found", order: null });
  expect(complaints).toMatch(/^Stripe does not know this order\. Check that STRIPE_SECRET_KEY belongs/m);
});

test("settle says that an order belongs to another shop, and which variables decide that", async () => {
  const { sessionId } = await stripe.paidSession();
  const { exitCode, output, complaints } = await run("settle", [sessionId], {
    SHOP_ID: "staging",
    SITE_URL: "https://staging.example",
  });
  expect(exitCode).toBe(1);
  expect(JSON.parse(output)).toMatchObject({ outcome: "not_ours", order: null });
  expect(complaints).toMatch(
    /^This order belongs to another shop\. Check that SHOP_ID and STRIPE_SECRET_KEY/m,
  );
  expect(await stateOf(sessionId)).toBeUndefined();
});

test("E16: settle leaves alone an order that a newer version of the shop has written", async () => {
  const { sessionId } = await stripe.paidSession();
  const newer = { v: 4, writeId: "w", state: "shipped", mirror: {} } as unknown as Parameters<
    typeof engine.orders.writeControl
  >[2];
  await engine.orders.writeControl(sessionId, 0, newer);
  const { exitCode, complaints } = await run("settle", [sessionId]);
  expect(exitCode).toBe(1);
  expect(complaints).toMatch(/^The order could not be settled: .*deploy the newest version/m);
});

test("E07, E09: replay processes an event as its webhook would; a second time only adds a line to the history", async () => {
  const { sessionId, event } = await stripe.paidSession();
  const first = await run("replay", [event.id]);
  expect(first.exitCode).toBe(0);
  const settled = [{ orderId: sessionId, outcome: "fulfilled" }];
  expect(JSON.parse(first.output)).toEqual({ event: event.id, type: "checkout.session.completed", settled });
  const before = await engine.orders.readControl(sessionId);
  expect(JSON.parse((await run("replay", [event.id])).output)).toMatchObject({ settled });
  const noted = await engine.orders.readHistory(sessionId);
  expect(noted?.map(({ what }) => what)).toEqual(["order_recorded", "replay_command", "replay_command"]);
  expect(await engine.orders.readControl(sessionId)).toEqual(before);
});

test("replay says that there is no such event", async () => {
  const { exitCode, output, complaints } = await run("replay", ["evt_unknown"]);
  expect(exitCode).toBe(1);
  expect(output).toBe("");
  expect(complaints).toMatch(/^The event could not be replayed: No such event: 'evt_unknown'/);
  expect(complaints).toContain("Does STRIPE_SECRET_KEY belong to its account");
});

test("without a table the same commands keep the order in Stripe", async () => {
  const { sessionId } = await stripe.paidSession();
  const withoutTable = Object.fromEntries(
    Object.keys(dynamodbEnvironment(local.config)).map((name) => [name, ""]),
  );
  // In effect another shop: in this one a run has marked the table as the place of its orders (E39).
  const notes = stripe.simulated.state().products["static_checkout_bookkeeping_1"]?.metadata ?? {};
  for (const name of Object.keys(notes)) if (name.startsWith("table_mark")) delete notes[name];
  const { exitCode, output } = await run("settle", [sessionId], withoutTable);
  expect(exitCode).toBe(0);
  const report = JSON.parse(output) as Record<string, unknown>;
  expect(report).toMatchObject({ outcome: "fulfilled" });
  // Neither is kept there, so a zero would be wrong.
  expect(Object.keys(report).toSorted()).toEqual(["order", "outcome"]);
  const { metadata } = stripe.simulated.state().checkoutSessions[sessionId] ?? {};
  expect(metadata?.["static_checkout_order"]).toContain('"s":"fulfilled"');
});

test("E13: a live key beside a stand-in for Stripe is refused, and not shown", async () => {
  const { exitCode, complaints } = await run("settle", ["cs_test_1234567890"], {
    STRIPE_SECRET_KEY: `sk_live_${SECRETS.STRIPE_SECRET_KEY.slice(8)}`,
  });
  expect(exitCode).toBe(1);
  expect(complaints).toContain("STRIPE_API_BASE is set beside a live key");
});

test("C14, C15: no command has printed a secret", () => {
  const printed = everythingPrinted.join("\n");
  expect(printed.length).toBeGreaterThan(1_000);
  for (const [variable, secret] of Object.entries(SECRETS)) {
    expect(printed.includes(secret.slice(-20)), variable).toBe(false);
  }
});
