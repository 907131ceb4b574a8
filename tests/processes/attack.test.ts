import { execFile } from "node:child_process";
import { createServer } from "node:http";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { closeServer, listen } from "../../cli/dev/listen.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** `npm run attack` without npm, and without a developer's own .env. */
function attack(...parameters: string[]): Promise<{ exitCode: number; output: string; complaints: string }> {
  return new Promise((resolve) => {
    const env = { PATH: process.env["PATH"] };
    execFile(
      process.execPath,
      ["cli/attack.ts", ...parameters],
      { cwd: root, env },
      (error, output, complaints) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), output, complaints });
      },
    );
  });
}

test("the five-minute attack achieves nothing: prices, redirects, CORS, forged and recorded events, guessed orders, 1,000 checkouts", async () => {
  const { exitCode, output, complaints } = await attack();
  expect(output).not.toContain("GOT THROUGH");
  expect(output).toContain("Nothing got through.");
  for (const name of [
    "Price tampering",
    "Open redirect",
    "CORS tricks",
    "Forged events",
    "Recorded events",
    "Guessed orders",
    "Card testing",
  ])
    expect(output).toMatch(new RegExp(`^${name} .*held$`, "m"));
  expect(output).not.toContain("not tried");
  expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: "" });
});

test("the attack recognizes a shop that lets everything in: it ends with 1 and names what got through", async () => {
  const careless = createServer((request, response) => {
    request.resume();
    response.setHeader("Access-Control-Allow-Origin", request.headers.origin ?? "*");
    const host = String(request.headers["x-forwarded-host"] ?? request.headers.host);
    if (request.url === "/") response.end('<button data-price-id="price_1">Buy</button>');
    else if (request.method === "POST") response.end(`{"url":"https://${host}/c/pay/cs_test_1234567890"}`);
    else response.end('{"state":"fulfilled"}');
  });
  const port = await listen(careless, 0);
  const { exitCode, output } = await attack("--url", `http://127.0.0.1:${port}`);
  await closeServer(careless);
  expect(exitCode).toBe(1);
  for (const name of [
    "Price tampering",
    "Open redirect",
    "CORS tricks",
    "Forged events",
    "Guessed orders",
    "Card testing",
  ])
    expect(output).toMatch(new RegExp(`^${name} .*GOT THROUGH$`, "m"));
});

test.for([
  "https://shop.example",
  "http://shop.example",
  "http://localhost.evil.example",
  "http://127.0.0.1@shop.example",
  "shop",
])("the attack accepts only addresses of this machine: %s", async (url) => {
  const { exitCode, output, complaints } = await attack("--url", url);
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
  expect(complaints).toContain("is not on this machine");
});

test("the attack does not call a shop safe that sells nothing", async () => {
  const closed = createServer((request, response) => {
    request.resume();
    response.statusCode = request.url === "/" ? 200 : 500;
    response.end('<button data-price-id="price_1">Buy</button>');
  });
  const port = await listen(closed, 0);
  const { exitCode, complaints } = await attack("--url", `http://127.0.0.1:${port}`);
  await closeServer(closed);
  expect(exitCode).toBe(1);
  expect(complaints).toContain("an honest purchase of price_1 gets 500");
});
