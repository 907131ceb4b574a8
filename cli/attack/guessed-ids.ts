import { randomBytes } from "node:crypto";

import { tally, type Attack, type Finding } from "./attack.ts";
import { buy, sessionIdIn, type Target } from "./target.ts";

const GUESSES = 300;

/** Can a stranger find orders, and what do they reveal about people? */
export const guessedIds: Attack = {
  name: "Guessed orders",
  async run(target) {
    const known = sessionIdIn(await buy(target));
    if (known === undefined) throw new Error("no checkout could be opened.");
    const made = Array.from(
      { length: GUESSES },
      () => `cs_test_${randomBytes(24).toString("base64url").replaceAll(/[-_]/g, "a")}`,
    );
    const near = Array.from(
      { length: 20 },
      (_, index) => known.slice(0, -1) + "0123456789abcdefghij".charAt(index),
    ).filter((id) => id !== known);
    const odd = [
      "",
      "cs_test_",
      "cs_live_0123456789",
      "../customers",
      "%00",
      "*",
      "cs_test_0123456789&session_id=x",
      "cs_test_0123456789%0d%0aX:1",
      "pi_1",
      "[object Object]",
    ];
    return [
      await look(target, `${GUESSES} made-up ids`, made),
      await look(target, "neighbours of a real one", near),
      await look(target, "strings that are not ids", odd),
      ...(await lookAtStranger(target, known)),
    ];
  },
};

async function look({ send }: Target, tried: string, ids: readonly string[]): Promise<Finding> {
  const statuses: number[] = [];
  const answers = new Set<string>();
  for (const id of ids) {
    const { status, body } = await send(`/api/order-status?session_id=${id}`);
    statuses.push(status);
    if (status === 404) answers.add(body.replace(/"requestId":"[^"]*"/, ""));
  }
  const alike = answers.size <= 1 ? "" : `, ${answers.size} different answers`;
  return {
    tried,
    got: tally(statuses) + alike,
    gotThrough: statuses.some((status) => status < 400 || status === 500) || answers.size > 1,
  };
}

/** A paid order's id has leaked, from a history or a shared link. */
async function lookAtStranger(target: Target, sessionId: string): Promise<Finding[]> {
  const { inside, send } = target;
  if (inside === undefined) return [];
  await inside.pay(sessionId);
  const { status, body } = await send(`/api/order-status?session_id=${sessionId}`);
  const personal = [inside.buyer.email, inside.buyer.name, "personal", "receipt"].filter((word) =>
    body.includes(word),
  );
  return [
    {
      tried: "a stranger with a real order's id",
      got: `${status}, ${personal.length === 0 ? "nothing about the buyer" : personal.join(", ")}`,
      gotThrough: personal.length > 0,
    },
  ];
}
