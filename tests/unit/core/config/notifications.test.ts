import { expect, test } from "vitest";

import { ConfigError } from "../../../../core/config/config-error.ts";
import { parseConfig } from "../../../../core/config/config.ts";
import type { Environment } from "../../../../core/config/environment.ts";
import { ENVIRONMENT } from "../../../support/test-shop.ts";

const SECRET = `whsec_${Buffer.alloc(32, "k").toString("base64")}`;

function problemsOf(environment: Environment): readonly string[] {
  try {
    parseConfig({ ...ENVIRONMENT, ...environment });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

test("nothing is needed", () => {
  const { ownerEmail, ownerChat, orderWebhook } = parseConfig(ENVIRONMENT);
  expect([ownerEmail, ownerChat, orderWebhook]).toEqual([undefined, undefined, undefined]);
});

test("reads where the owner hears of orders", () => {
  const config = parseConfig({
    ...ENVIRONMENT,
    OWNER_EMAIL: "owner@shop.example",
    OWNER_WEBHOOK_URL: "https://hooks.slack.example/services/T/B/x",
    ORDER_WEBHOOK_URL: "https://server.example/orders?shop=1",
    ORDER_WEBHOOK_SECRET: SECRET,
    NETLIFY: "true",
  });
  expect(config).toMatchObject({
    ownerEmail: "owner@shop.example",
    ownerChat: { allowLoopback: false },
    orderWebhook: { secret: SECRET, allowLoopback: false },
  });
  expect(config.ownerChat?.url.href).toBe("https://hooks.slack.example/services/T/B/x");
  expect(config.orderWebhook?.url.href).toBe("https://server.example/orders?shop=1");
});

test.each<[Environment, RegExp]>([
  [{ OWNER_EMAIL: "owner" }, /^OWNER_EMAIL must be one mail address/],
  [{ OWNER_EMAIL: "a@shop.example, b@shop.example" }, /^OWNER_EMAIL must be one mail address/],
  // No mail can be sent there.
  [{ OWNER_EMAIL: "owner@shop" }, /^OWNER_EMAIL must be one mail address/],
  [{ OWNER_EMAIL: "owner@shop..example" }, /^OWNER_EMAIL must be one mail address/],
  [{ OWNER_WEBHOOK_URL: "hooks.slack.com" }, /^OWNER_WEBHOOK_URL is not an https:\/\/ address/],
  [{ OWNER_WEBHOOK_URL: "http://hooks.example", VERCEL: "1" }, /^OWNER_WEBHOOK_URL is not an https/],
  [{ OWNER_WEBHOOK_URL: "https://user:word@hooks.example" }, /^OWNER_WEBHOOK_URL is not an https/],
  [{ ORDER_WEBHOOK_URL: "https://server.example" }, /^ORDER_WEBHOOK_SECRET is not set although/],
  [{ ORDER_WEBHOOK_SECRET: SECRET }, /^ORDER_WEBHOOK_URL is not set although/],
  [
    { ORDER_WEBHOOK_URL: "https://server.example", ORDER_WEBHOOK_SECRET: "secret" },
    /^ORDER_WEBHOOK_SECRET is not a signing secret/,
  ],
  [
    { ORDER_WEBHOOK_URL: "https://server.example", ORDER_WEBHOOK_SECRET: "whsec_c2hvcnQ=" },
    /^ORDER_WEBHOOK_SECRET is not a signing secret/,
  ],
])("%o is refused in a sentence that names it", (environment, sentence) => {
  const problems = problemsOf(environment);
  expect(problems).toEqual([expect.stringMatching(sentence)]);
  expect(problems[0]).not.toContain("word");
});
