import type { Storage } from "../../core/stores/storage.ts";
import { openOrders, snapshot } from "../contracts/order-store.ts";
import type { Random } from "../simulation/random.ts";
import { randomControl } from "./random-control.ts";

/** One command that both engines get. */
interface Command {
  text: string;
  /** Resolves to the answer, which must not depend on the engine. */
  run(engine: Storage): Promise<unknown>;
  /** The kind of command and answer, to see that every one was tried. */
  kindOf(answer: unknown): string;
}

/** `memory` knows which version is the right one. */
export async function randomCommand(
  random: Random,
  memory: Storage,
  orderIds: readonly string[],
): Promise<Command> {
  const orderId = random.pick(orderIds);
  const dice = random.between(1, 100);
  if (dice <= 35) {
    return {
      text: `readControl ${orderId}`,
      run: ({ orders }) => orders.readControl(orderId),
      kindOf: (answer) => (answer === undefined ? "absent" : "read"),
    };
  }
  if (dice <= 70) {
    return writeCommand(random, orderId, (await memory.orders.readControl(orderId))?.version ?? 0);
  }
  if (dice <= 74) {
    const made = snapshot(orderId, random.letters(random.between(1, 40)));
    return {
      text: `createSnapshot ${JSON.stringify(made)}`,
      run: ({ orders }) => orders.createSnapshot(made),
      kindOf: () => "snapshot created",
    };
  }
  if (dice <= 78) {
    return {
      text: `readSnapshot ${orderId}`,
      run: ({ orders }) => orders.readSnapshot(orderId),
      kindOf: (answer) => (answer === undefined ? "snapshot absent" : "snapshot"),
    };
  }
  if (dice <= 83) {
    const entry = {
      key: `${random.pick(["record", "license", "mail", "resend-1", "resend-2"])}/${orderId}`,
      // So few that some things happen at the same moment.
      atMs: random.between(1, 10),
      what: random.pick(["x", "y"]),
    };
    return {
      text: `appendHistory ${JSON.stringify(entry)}`,
      run: ({ orders }) => orders.appendHistory(orderId, entry),
      kindOf: () => "history appended",
    };
  }
  if (dice <= 86) {
    return {
      text: `readHistory ${orderId}`,
      run: ({ orders }) => orders.readHistory(orderId),
      kindOf: (answer) => (Array.isArray(answer) && answer.length > 1 ? "history" : "history short"),
    };
  }
  if (dice === 87) {
    return {
      text: `listOpen`,
      async run({ orders }) {
        const open = await openOrders(orders);
        return open.filter((id) => orderIds.includes(id)).toSorted();
      },
      kindOf: () => "listed",
    };
  }
  const name = `${random.pick(["progress", "heartbeat"])} of ${orderIds[0]}`;
  if (dice <= 93) {
    return {
      text: `read note ${name}`,
      run: ({ bookkeeping }) => bookkeeping.read(name),
      kindOf: (answer) => (answer === undefined ? "note absent" : "note read"),
    };
  }
  return noteCommand(random, name, (await memory.bookkeeping.read(name))?.version ?? 0);
}

/** Writes at the current version, or at a wrong one. */
function writeCommand(random: Random, orderId: string, version: number): Command {
  const control = randomControl(random);
  const expected = Math.max(0, version + random.pick([0, 0, 0, -1, 1]));
  return {
    text: `writeControl ${orderId} at ${expected}, being at ${version}: ${JSON.stringify(control)}`,
    run: ({ orders }) => orders.writeControl(orderId, expected, control),
    kindOf: (answer) => (answer === "conflict" ? "conflict" : "written"),
  };
}

function noteCommand(random: Random, name: string, version: number): Command {
  const text = random.letters(random.between(0, 400));
  const expected = Math.max(0, version + random.pick([0, 0, -1, 1]));
  return {
    text: `write note ${name} at ${expected}, being at ${version}`,
    run: ({ bookkeeping }) => bookkeeping.write(name, expected, text),
    kindOf: (answer) => (answer === "conflict" ? "note conflict" : "note written"),
  };
}
