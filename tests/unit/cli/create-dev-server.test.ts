import { createHash } from "node:crypto";
import { request, type Server } from "node:http";
import { text } from "node:stream/consumers";

import { afterEach, expect, test } from "vitest";

import { createDevServer } from "../../../cli/dev/create-dev-server.ts";
import { errorPage } from "../../../cli/dev/error-page.ts";
import { closeServer, listen } from "../../../cli/dev/listen.ts";

let server: Server | undefined;
afterEach(async () => {
  if (server !== undefined) await closeServer(server);
});

/** Sends the path as it is, which `fetch` would normalize or refuse. */
async function ask(serve: () => Promise<Response>, path: string, method = "GET") {
  const printed: string[] = [];
  server = createDevServer(serve, (line) => printed.push(line));
  const port = await listen(server, 0);
  const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const outgoing = request({ host: "127.0.0.1", port, path, method }, (incoming) => {
      text(incoming).then((body) => resolve({ status: incoming.statusCode, body }), reject);
    });
    outgoing.on("error", reject).end();
  });
  return { ...answer, printed };
}

test("E45: a page that fails says so, and the terminal says why", async () => {
  const { status, body, printed } = await ask(() => Promise.reject(new Error("no such table")), "/__dev");
  expect(status).toBe(500);
  expect(body).toContain("<h1>This page failed</h1>");
  expect(body).toContain('href="/"');
  expect(body).not.toContain("no such table");
  expect(printed).toEqual([expect.stringContaining("Error: no such table")]);
});

test.for([
  ["http://[", "GET", 400],
  ["http://shop.example:x/", "GET", 400],
  ["/", "TRACE", 405],
] as const)("E41: %s with %s is refused with an explanation", async ([path, method, expected]) => {
  const serve = async () => new Response("served");
  const { status, body, printed } = await ask(serve, path, method);
  expect(status).toBe(expected);
  expect(body).toContain("<h1>");
  expect(printed).toEqual([]);
});

test("E45: the error page's policy allows its own style and nothing else", async () => {
  const page = errorPage({ status: 404, title: "A <b>", text: ['"quoted"'] });
  const body = await page.text();
  const [, css = ""] = /<style>([^]*?)<\/style>/.exec(body) ?? [];
  const hash = createHash("sha256").update(css).digest("base64");
  expect(page.headers.get("content-security-policy")).toContain(`style-src 'sha256-${hash}';`);
  expect(body).toContain("<h1>A &lt;b&gt;</h1>");
  expect(body).not.toContain("<script");
});
