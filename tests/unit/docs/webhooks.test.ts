import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";

import { afterEach, expect, test } from "vitest";

import { createPost } from "../../../core/http/safe-post.ts";
import { openTestShop, type TestShop } from "../../support/test-shop.ts";

const DOCS = readFileSync(new URL("../../../docs/webhooks.md", import.meta.url), "utf8");
const SECRET = `whsec_${Buffer.alloc(32, "k").toString("base64")}`;

// Beside the project's own packages, as it would be in the reader's project.
const PROGRAM = new URL("../../../.webhook-docs-snippet.mjs", import.meta.url);

let server: ChildProcess | undefined;
let shop: TestShop | undefined;
afterEach(() => {
  server?.kill();
  shop?.close();
  rmSync(PROGRAM, { force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, "close");
  return port;
}

function snippet(language: string): string {
  const code = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(DOCS)?.[1];
  if (code === undefined) throw new Error(`docs/webhooks.md has no ${language} snippet.`);
  return code;
}

/** The server of docs/webhooks.md, unchanged. */
async function startDocumentedServer(): Promise<{ url: string; lines: () => string[] }> {
  const port = await freePort();
  writeFileSync(PROGRAM, snippet("ts"));
  const env = { ...process.env, PORT: String(port), ORDER_WEBHOOK_SECRET: SECRET };
  server = spawn(process.execPath, [PROGRAM.pathname], { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  server.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const url = `http://localhost:${port}/orders`;
  await expect
    .poll(
      () =>
        fetch(url, { method: "POST" }).then(
          (response) => response.status,
          () => 0,
        ),
      { timeout: 20_000 },
    )
    .toBe(400);
  return { url, lines: () => output.split("\n").filter((line) => line !== "") };
}

test("the server of docs/webhooks.md accepts what the shop sends, and refuses what anyone else sends", async () => {
  const { url, lines } = await startDocumentedServer();
  shop = openTestShop({
    environment: { ORDER_WEBHOOK_URL: url, ORDER_WEBHOOK_SECRET: SECRET },
    replace: {
      now: Date.now,
      post: createPost(async () => [{ address: "127.0.0.1", family: 4 }]),
    },
  });
  shop.clock.nowMs = Date.now();
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  expect((await shop.notify(orderId)).status).toBe(200);
  await expect.poll(lines).toEqual([`paid/${orderId}/1 order.paid ${orderId}`]);
});

test("the event that docs/webhooks.md shows has the fields that are sent", async () => {
  const bodies: string[] = [];
  shop = openTestShop({
    environment: { ORDER_WEBHOOK_URL: "https://server.example/", ORDER_WEBHOOK_SECRET: SECRET },
    replace: {
      post: async ({ body }) => {
        bodies.push(body);
        return { status: 204 };
      },
    },
  });
  const orderId = await shop.openSession();
  shop.stripe.buyer.pay(orderId);
  await shop.notify(orderId);
  const shown = JSON.parse(snippet("json")) as { data: object };
  const sent = JSON.parse(bodies[0] ?? "{}") as { data: object };
  expect(Object.keys(sent)).toEqual(Object.keys(shown));
  expect(Object.keys(sent.data)).toEqual(Object.keys(shown.data));
});
