import type { SimulatedStripe } from "../../simulator/simulated-stripe.ts";
import type { SimulatedState } from "../../simulator/state/state.ts";
import type { Random } from "./random.ts";
import type { Timeline } from "./timeline.ts";
import type { VirtualTime } from "./virtual-time.ts";

/**
 * A program of the same account that knows nothing of the shop: it reads a session, works for a while, and writes its metadata back
 * with a key of its own, `{ ...metadata, crm }`.
 */
export function letForeignProgramWrite(
  writes: number,
  surroundings: {
    stripe: SimulatedStripe;
    state: SimulatedState;
    time: VirtualTime;
    timeline: Timeline;
    random: Random;
  },
): void {
  const { stripe, state, time, timeline, random } = surroundings;

  async function write(sessionId: string, metadata: Readonly<Record<string, string>>): Promise<void> {
    timeline.note("crm", () => `writes back what it read of ${sessionId}`);
    const body = new URLSearchParams(
      Object.entries({ ...metadata, crm: "42" }).map(([key, value]): [string, string] => [
        `metadata[${key}]`,
        value,
      ]),
    );
    await stripe.callApi({
      method: "POST",
      url: `https://api.stripe.com/v1/checkout/sessions/${sessionId}`,
      headers: { get: (name) => HEADERS[name] ?? null },
      text: async () => body.toString(),
    });
  }

  for (let index = 0; index < writes; index += 1) {
    const readAtMs = random.between(2_000, random.pick([20_000, 60_000, 200_000]));
    const worksForMs = random.between(50, random.pick([500, 5_000, 60_000, 25 * 3_600_000]));
    time.schedule(readAtMs, () => {
      for (const { id, metadata } of Object.values(state.checkoutSessions)) {
        const copy = { ...metadata };
        time.schedule(worksForMs, () => void write(id, copy));
      }
    });
  }
}

const HEADERS: Readonly<Record<string, string>> = {
  authorization: "Bearer sk_test_simulation_crm",
  "content-type": "application/x-www-form-urlencoded",
};
