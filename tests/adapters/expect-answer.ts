import assert from "node:assert/strict";

/** Asserts the whole shape of an error for programs, so that nothing else leaks into it. */
export async function expectError(response: Response, status: number, code: string): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, status, text);
  assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
  const body = JSON.parse(text) as { error: { code: string; message: string }; requestId: string };
  assert.deepEqual(Object.keys(body).toSorted(), ["error", "requestId"]);
  assert.deepEqual(Object.keys(body.error).toSorted(), ["code", "message"]);
  assert.equal(body.error.code, code);
  assert.ok(body.error.message.length > 0);
  assert.equal(body.requestId, response.headers.get("x-request-id"));
}

/** Asserts that a webhook was acknowledged, and with which outcome. */
export async function expectAcknowledged(response: Response, outcome: string): Promise<void> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.deepEqual(JSON.parse(text), { received: true, outcome });
}

/** A positive whole number of seconds: Stripe and browsers both read it. */
export function expectRetryAfter(response: Response): void {
  assert.match(response.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
}
