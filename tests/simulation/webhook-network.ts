import type { SendWebhook } from "../../simulator/webhooks/delivery-queue.ts";
import type { Random } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";
import type { Timeline } from "./timeline.ts";

/** Probabilities for each of Stripe's attempts to deliver. */
export interface NetworkHabits {
  lost: number;
  /** Stripe does not hear the answer and comes back. */
  answerLost: number;
  duplicated: number;
  slow: number;
}

export const PERFECT_NETWORK: NetworkHabits = { lost: 0, answerLost: 0, duplicated: 0, slow: 0 };

/** A signature is valid for five minutes; a copy that is later than that is refused. */
const LATEST_COPY_MS = 240_000;

/** The network from Stripe to the shop: it loses, doubles and reorders. */
export function createWebhookNetwork(surroundings: {
  time: VirtualTime;
  timeline: Timeline;
  random: Random;
  habits: () => NetworkHabits;
  arrive: (body: string, headers: Record<string, string>) => Promise<Response>;
}): SendWebhook {
  const { time, timeline, random, habits, arrive } = surroundings;
  const sleep = (ms: number): Promise<void> => new Promise((resolve) => void time.schedule(ms, resolve));

  return async (_url, { headers, body, signal }) => {
    const { lost, answerLost, duplicated, slow } = habits();
    const name = (): string => (JSON.parse(body) as { type: string }).type;
    const timeout = new Promise<never>((_, reject) => {
      signal.addEventListener("abort", () => reject(new Error("timed out")));
    });
    // Stripe stops listening by itself; a timeout that nothing waits for is no error.
    timeout.catch(() => undefined);

    if (random.chance(duplicated)) {
      const delayMs = random.chance(0.5) ? random.between(0, 50) : random.between(0, LATEST_COPY_MS);
      timeline.note("network", () => `⚡ ${name()} is doubled, the copy comes ${delayMs} ms later`);
      void sleep(delayMs).then(() => arrive(body, headers));
    }
    await sleep(random.chance(slow) ? random.between(0, 30_000) : random.between(1, 150));
    if (random.chance(lost)) {
      timeline.note("network", () => `⚡ ${name()} is lost`);
      throw new Error("connection refused");
    }
    const response = await Promise.race([arrive(body, headers), timeout]);
    if (!random.chance(answerLost)) return response;
    timeline.note("network", () => `⚡ the answer to ${name()} (${response.status}) is lost`);
    throw new Error("connection reset");
  };
}
