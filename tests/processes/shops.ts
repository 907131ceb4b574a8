import { createHmac } from "node:crypto";

import type { DynamodbConfig } from "../../core/config/dynamodb.ts";
import { dynamodbEnvironment } from "../../cli/dev/local-dynamodb.ts";
import { CANARY_KEYS } from "../support/canaries.ts";
import { startProgram, type Program } from "./program.ts";

const WEBHOOK_SECRET = CANARY_KEYS.webhook;

/** Several instances of one shop, each in a process of its own. */
export interface Shops {
  /**
   * Stripe delivers the event to one of the instances: the status of the answer, or "lost" when the connection broke.
   */
  deliver(event: { body: string }, instance: number): Promise<number | "lost">;
  /** Kills an instance. Deliveries to it are lost until it is started again. */
  kill(instance: number): Promise<void>;
  killProcess(pid: number): Promise<void>;
  /** Starts every instance again that was killed. */
  restart(): Promise<void>;
  /** Lets time pass for all instances and for Stripe's signatures, so that leases end. */
  letPass(ms: number): void;
  close(): Promise<void>;
}

export async function startShops(
  instances: number,
  surroundings: { dynamodb: DynamodbConfig; stripeUrl: string; postOfficeUrl: string },
): Promise<Shops> {
  let aheadMs = 0;
  const start = (): Promise<Program> =>
    startProgram("./programs/shop.ts", {
      STRIPE_SECRET_KEY: CANARY_KEYS.stripe,
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_API_BASE: surroundings.stripeUrl,
      SITE_URL: "https://shop.example",
      ...dynamodbEnvironment(surroundings.dynamodb),
      POST_OFFICE: surroundings.postOfficeUrl,
      AHEAD_MS: String(aheadMs),
    });
  const programs = await Promise.all(Array.from({ length: instances }, start));
  const programOf = (instance: number): Program => {
    const program = programs[instance % instances];
    if (program === undefined) throw new Error(`There is no instance ${instance}.`);
    return program;
  };

  return {
    async deliver({ body }, instance) {
      // Every attempt gets a new signature, as at Stripe.
      const seconds = Math.floor((Date.now() + aheadMs) / 1_000);
      const signature = createHmac("sha256", WEBHOOK_SECRET).update(`${seconds}.${body}`).digest("hex");
      try {
        const response = await fetch(`http://127.0.0.1:${programOf(instance).port}/api/webhook`, {
          method: "POST",
          headers: { "Stripe-Signature": `t=${seconds},v1=${signature}` },
          body,
        });
        await response.arrayBuffer();
        return response.status;
      } catch {
        return "lost";
      }
    },
    kill: (instance) => programOf(instance).kill(),
    killProcess: async (pid) => programs.find((program) => program.pid === pid)?.kill(),
    async restart() {
      await Promise.all(
        programs.map(async (program, instance) => {
          if (!program.isRunning()) programs[instance] = await start();
        }),
      );
    },
    letPass(ms) {
      aheadMs += ms;
      for (const program of programs) if (program.isRunning()) program.tell({ aheadMs });
    },
    async close() {
      await Promise.all(programs.map((program) => program.kill()));
    },
  };
}
