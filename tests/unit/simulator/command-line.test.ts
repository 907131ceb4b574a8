import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readArguments } from "../../../simulator/arguments.ts";

const main = fileURLToPath(new URL("../../../simulator/main.ts", import.meta.url));

function start(...flags: string[]) {
  const child = spawn(process.execPath, [main, ...flags]);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return { child, output: () => output };
}

test("reads its flags and uses defaults for the rest", () => {
  const flags = ["--webhook-url", "http://127.0.0.1:8888/api/webhook", "--webhook-secret", "whsec_1"];
  expect(readArguments(flags)).toEqual({
    port: 12111,
    publicUrl: "http://localhost:12111",
    siteUrl: "http://127.0.0.1:8888",
    catalogFile: undefined,
    managedPaymentsByDefault: false,
    webhook: { url: "http://127.0.0.1:8888/api/webhook", secret: "whsec_1", format: "snapshot" },
  });
});

test.each([
  [["--prot", "1"], "Unknown option '--prot'. Try --help."],
  [["--port", "x"], '--port needs a number between 0 and 65535, not "x".'],
  [
    ["--public-url", "localhost"],
    '--public-url needs a whole address such as http://127.0.0.1:8888, not "localhost".',
  ],
  [
    ["--webhook-url", "http://a.test"],
    '--webhook-url needs --webhook-secret: a text that begins with "whsec_".',
  ],
  [["--webhook-secret", "whsec_1"], "--webhook-secret and --webhook-format need --webhook-url as well."],
])("refuses %j in one sentence", (flags, message) => {
  expect(() => readArguments(flags)).toThrow(message);
});

test("says where it is once it listens, and ends on Ctrl-C", async () => {
  const { child, output } = start("--port", "0");
  await once(child.stdout, "data");
  expect(output()).toMatch(/^Simulated Stripe: http:\/\/127\.0\.0\.1:\d+ \(no money moves\)\n$/);
  child.kill("SIGINT");
  const [code] = (await once(child, "exit")) as [number | null];
  expect(code).toBe(0);
});

test("says that the port is in use", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const address = taken.address();
  const port = typeof address === "object" ? address?.port : 0;
  const { child, output } = start("--port", String(port));
  const [code] = (await once(child, "exit")) as [number | null];
  taken.close();
  expect(code).toBe(1);
  expect(output()).toBe(`Port ${port} is in use. Stop what runs there or choose another one with --port.\n`);
});
