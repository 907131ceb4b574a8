import { expect, test } from "vitest";

import { createPatientFetch } from "../../../../core/stripe/patient-fetch.ts";

const busy = (headers: Record<string, string> = {}) =>
  Response.json({ error: { message: "slow down" } }, { status: 429, headers });

function stripeThatAnswers(answers: Response[], { random = 0, passesTime = true } = {}) {
  const asked: RequestInit[] = [];
  const waits: number[] = [];
  const patientFetch = createPatientFetch({
    fetch: async (_input, init) => {
      asked.push(init ?? {});
      return answers[asked.length - 1] ?? Response.json({ id: "cs_1" });
    },
    random: () => random,
    schedule: (delayMs, callback) => {
      waits.push(delayMs);
      if (passesTime) callback();
      return () => undefined;
    },
  });
  return { patientFetch, asked, waits };
}

test("A27: a request that Stripe refused for too many is retried with the same key after a random pause", async () => {
  for (const [random, waitsMs] of [
    [0, [200, 400]],
    [0.5, [300, 600]],
  ] as const) {
    const { patientFetch, asked, waits } = stripeThatAnswers([busy(), busy()], { random });
    const init = { method: "POST", headers: { "Idempotency-Key": "create/1" }, body: "mode=payment" };
    expect((await patientFetch("https://api.stripe.com/v1/checkout/sessions", init)).status).toBe(200);
    expect(asked).toEqual([init, init, init]);
    expect(waits).toEqual(waitsMs);
  }
});

test("A27: gives up after three refusals, and the caller gets the last one", async () => {
  const { patientFetch, asked } = stripeThatAnswers([busy(), busy(), busy(), busy()]);
  expect((await patientFetch("https://api.stripe.com")).status).toBe(429);
  expect(asked).toHaveLength(3);
});

test("A27: Stripe's Retry-After is obeyed while it is short", async () => {
  const short = stripeThatAnswers([busy({ "Retry-After": "1" })]);
  expect((await short.patientFetch("https://api.stripe.com")).status).toBe(200);
  expect(short.waits).toEqual([1_000]);

  const long = stripeThatAnswers([busy({ "Retry-After": "30" })]);
  expect((await long.patientFetch("https://api.stripe.com")).status).toBe(429);
  expect(long.waits).toEqual([]);
});

test("A27: waiting ends with the caller's timeout", async () => {
  const { patientFetch, asked } = stripeThatAnswers([busy(), busy()], { passesTime: false });
  const abort = new AbortController();
  const answer = patientFetch("https://api.stripe.com", { signal: abort.signal });
  abort.abort(new Error("out of time"));
  await expect(answer).rejects.toThrow("out of time");
  expect(asked).toHaveLength(1);
});

test("other answers, errors included, come back at once", async () => {
  const { patientFetch, asked } = stripeThatAnswers([new Response(null, { status: 503 })]);
  expect((await patientFetch("https://api.stripe.com")).status).toBe(503);
  expect(asked).toHaveLength(1);
});

test("A27: a date in Retry-After, as a gateway writes it, does not cause a retry at once", async () => {
  const gateway = stripeThatAnswers([busy({ "Retry-After": "Sat, 21 Nov 2026 12:00:05 GMT" })]);
  expect((await gateway.patientFetch("https://api.stripe.com")).status).toBe(200);
  expect(gateway.waits).toEqual([200]);
});
