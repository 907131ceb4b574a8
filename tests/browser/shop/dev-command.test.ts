import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";

import { afterEach, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const running: ChildProcess[] = [];

afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

function dev(environment: Record<string, string>, ...flags: string[]) {
  const child = spawn(process.execPath, ["cli/dev.ts", "--no-open", "--fresh", ...flags], {
    cwd: root,
    env: { PATH: process.env["PATH"], STRIPE_SECRET_KEY: "", STRIPE_WEBHOOK_SECRET: "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return {
    child,
    output: () => output,
    exited: async () => {
      const [code] =
        child.exitCode === null ? ((await once(child, "exit")) as [number | null]) : [child.exitCode];
      return code;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

test("prints one line with the address when it is ready, serves, and Ctrl-C ends it cleanly", async () => {
  const port = await freePort();
  const shop = dev({ PORT: String(port) });
  await expect.poll(shop.output, { timeout: 20_000 }).toContain(`http://localhost:${port}`);
  expect(shop.output().trim().split("\n")).toHaveLength(1);
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  shop.child.kill("SIGINT");
  expect(await shop.exited()).toBe(0);
});

test("a port in use is named, with what to do", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const shop = dev({ PORT: String(port) });
  expect(await shop.exited()).toBe(1);
  expect(shop.output()).toContain(`Port ${port} is in use.`);
  server.close();
});

test.for([
  [
    { STRIPE_SECRET_KEY: "pk_test_123" },
    /^STRIPE_SECRET_KEY holds a publishable key.*dashboard\.stripe\.com/,
  ],
  [{ STRIPE_SECRET_KEY: "sk_live_123" }, /^STRIPE_SECRET_KEY is a live key/],
  [{ STRIPE_SECRET_KEY: "sk_test_123" }, /^STRIPE_WEBHOOK_SECRET is not set.*stripe listen/],
  [
    { STRIPE_SECRET_KEY: "sk_test_123", STRIPE_WEBHOOK_SECRET: "whsec_12345678", DYNAMODB_TABLE: "x y" },
    /^DYNAMODB_TABLE is not a table name/,
  ],
  [{ PORT: "eighty" }, /^PORT is not a port number/],
] as const)("%j is refused with a sentence that says what to do", async ([environment, message]) => {
  const shop = dev({ PORT: "0", ...environment });
  expect(await shop.exited()).toBe(1);
  expect(shop.output()).toMatch(message);
  expect(shop.output()).not.toMatch(/\n\s+at /);
});

test("an unknown flag is refused, with the help", async () => {
  const shop = dev({}, "--prot", "1");
  expect(await shop.exited()).toBe(1);
  expect(shop.output()).toContain("npm run dev -- --no-open");
});

test("with a test key it says that it talks to the real Stripe, and with STRIPE_API_BASE to which one", async () => {
  const keys = { STRIPE_SECRET_KEY: "sk_test_123", STRIPE_WEBHOOK_SECRET: "whsec_12345678", PORT: "0" };
  const real = dev(keys);
  await expect.poll(real.output, { timeout: 20_000 }).toContain("real Stripe, test mode");
  const other = dev({ ...keys, STRIPE_API_BASE: "http://127.0.0.1:12111" });
  await expect.poll(other.output, { timeout: 20_000 }).toContain("Stripe API at http://127.0.0.1:12111");
});
