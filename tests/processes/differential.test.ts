import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, test } from "vitest";

import { createDynamodbClient } from "../../core/stores/dynamodb-client.ts";
import { createDynamodbStorage } from "../../core/stores/dynamodb-storage.ts";
import type { Storage } from "../../core/stores/storage.ts";
import { createMemoryStorage } from "../../core/stores/memory-storage.ts";
import { createRandom } from "../simulation/random.ts";
import { startLocalTable, type LocalTable } from "./local-table.ts";
import { randomCommand } from "./random-command.ts";

/**
 * The simulation runs on the memory engine, shops run on DynamoDB. What was proved on one holds for the other if both answer every
 * command alike.
 */
const SEED = 20_261_121;
/** COMMANDS=50000 runs more. */
const COMMANDS = Number(process.env["COMMANDS"] ?? 5_000);
/** Lanes run in parallel, each on its own orders, so that a lane's answers do not depend on the others' pace. */
const LANES = 50;
const ORDERS_PER_LANE = 4;
/** A lane moves on to fresh orders after this many commands. */
const COMMANDS_PER_GENERATION = 125;

const KINDS = [
  "absent",
  "conflict",
  "history",
  "history appended",
  "history short",
  "listed",
  "note absent",
  "note conflict",
  "note read",
  "note written",
  "read",
  "snapshot",
  "snapshot absent",
  "snapshot created",
  "written",
];

let local: LocalTable;
let client: DynamoDBClient;
let dynamodb: Storage;

beforeAll(async () => {
  local = await startLocalTable();
  client = createDynamodbClient(local.config);
  dynamodb = createDynamodbStorage(client, local.config.table, { livemode: false, shopId: "1" });
});
afterAll(async () => {
  client.destroy();
  await local.program.kill();
});

test(`${COMMANDS} random commands get the same answers from the memory engine and from DynamoDB (seed ${SEED})`, async () => {
  const counts = new Map<string, number>();
  await Promise.all(Array.from({ length: LANES }, (_, lane) => runLane(lane, COMMANDS / LANES, counts)));
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  expect(total).toBe(COMMANDS);
  // Every kind of command and of answer must have been tried.
  expect([...counts.keys()].toSorted()).toEqual(KINDS);
  expect(Math.min(...counts.values())).toBeGreaterThan(COMMANDS / 500);
}, 300_000);

async function runLane(lane: number, commands: number, counts: Map<string, number>): Promise<void> {
  const random = createRandom(SEED, `lane ${lane}`);
  const memory = createMemoryStorage();
  let orderIds: string[] = [];

  for (let number = 0; number < commands; number += 1) {
    if (number % COMMANDS_PER_GENERATION === 0) {
      orderIds = Array.from({ length: ORDERS_PER_LANE }, () => `cs_test_${random.letters(58)}`);
    }
    const command = await randomCommand(random, memory, orderIds);
    const inMemory = await command.run(memory);
    const inDynamodb = await command.run(dynamodb);
    expect(inDynamodb, `seed ${SEED}, lane ${lane}, command ${number}: ${command.text}`).toEqual(inMemory);
    const kind = command.kindOf(inMemory);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
}
