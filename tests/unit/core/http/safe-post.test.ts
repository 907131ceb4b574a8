import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { afterEach, expect, test } from "vitest";

import { NonRetriableError } from "../../../../core/retry/errors.ts";
import { isPublicAddress } from "../../../../core/http/public-address.ts";
import { createPost, type ResolveHost } from "../../../../core/http/safe-post.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Received {
  body: string;
  headers: IncomingMessage["headers"];
}

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end(),
): Promise<{ port: number; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((incoming, response) => {
    const take = (body: string): void => {
      received.push({ body, headers: incoming.headers });
      answer(incoming, response);
    };
    void text(incoming).then(take);
  });
  servers.push(server);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, received };
}

const resolvesTo =
  (...addresses: string[]): ResolveHost =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));

const nobody: ResolveHost = async (hostname) => {
  throw new Error(`${hostname} must not be resolved`);
};

function request(url: string, options: { allowLoopback?: boolean; signal?: AbortSignal } = {}) {
  return {
    url: new URL(url),
    headers: { "Content-Type": "application/json", "X-Key": "1" },
    body: '{"text":"é"}',
    signal: options.signal ?? AbortSignal.timeout(5_000),
    allowLoopback: options.allowLoopback ?? false,
  };
}

test("posts the body and headers and resolves to the status", async () => {
  const { port, received } = await serve((_, response) => response.writeHead(202).end());
  const post = createPost(resolvesTo("127.0.0.1"));
  const answer = await post(request(`http://shop.localhost:${port}/orders`, { allowLoopback: true }));
  expect(answer).toEqual({ status: 202 });
  expect(received).toEqual([
    {
      body: '{"text":"é"}',
      headers: expect.objectContaining({ "x-key": "1", host: `shop.localhost:${port}` }),
    },
  ]);
});

const INTERNAL = [
  "https://127.0.0.1/",
  "https://0x7f.1/",
  "https://2130706433/",
  "https://0177.0.0.1/",
  "https://[::1]/",
  "https://[::ffff:127.0.0.1]/",
  "https://[::ffff:a9fe:a9fe]/",
  "https://169.254.169.254/latest/meta-data/",
  "https://[fd00:ec2::254]/",
  "https://10.0.0.8/",
  "https://172.16.3.4/",
  "https://192.168.1.1/",
  "https://100.64.0.1/",
  "https://0.0.0.0/",
  "https://[::]/",
  "https://[fe80::1]/",
  "https://[64:ff9b::7f00:1]/",
  "https://[2002:7f00:1::]/",
  "https://224.0.0.1/",
  "https://255.255.255.255/",
];

test.each(INTERNAL)("D20: %s is refused for good, without a connection", async (url) => {
  await expect(createPost(nobody)(request(url))).rejects.toThrow(NonRetriableError);
});

test.each(["127.0.0.1", "169.254.169.254", "10.1.2.3", "::1", "::ffff:10.0.0.1", "fc00::1", "fe80::1"])(
  "D20: a name that resolves to %s is refused, even among good addresses",
  async (address) => {
    const alone = createPost(resolvesTo(address))(request("https://hooks.example/"));
    await expect(alone).rejects.toThrow("Nothing is sent to hooks.example: it leads to an internal address.");
    const among = createPost(resolvesTo("93.184.216.34", address))(request("https://hooks.example/"));
    await expect(among).rejects.toThrow(NonRetriableError);
  },
);

test("D20: a developer's machine may post to loopback, and to no other internal address", async () => {
  const { port, received } = await serve();
  const post = createPost(resolvesTo("169.254.169.254"));
  await expect(post(request("http://metadata.example/", { allowLoopback: true }))).rejects.toThrow(
    NonRetriableError,
  );
  await expect(post(request("http://8.8.8.8/", { allowLoopback: true }))).rejects.toThrow("it is not https");
  expect(await post(request(`http://127.0.0.1:${port}/`, { allowLoopback: true }))).toEqual({ status: 200 });
  expect(received).toHaveLength(1);
});

test("D20: a deployed shop sends nothing without TLS", async () => {
  await expect(createPost(nobody)(request("http://hooks.example/"))).rejects.toThrow(
    "Nothing is sent to hooks.example: it is not https.",
  );
});

test("D20: the connection goes to the address that was checked, however the name resolves the second time", async () => {
  const { port, received } = await serve();
  let questions = 0;
  const post = createPost(async () => {
    questions += 1;
    return [{ address: questions === 1 ? "127.0.0.1" : "169.254.169.254", family: 4 }];
  });
  // No such name exists: the system's resolver would fail.
  await post(request(`http://rebinding.invalid:${port}/`, { allowLoopback: true }));
  expect(received).toHaveLength(1);
  expect(questions).toBe(1);
});

test("D20: redirects are not followed", async () => {
  const target = await serve();
  const { port } = await serve((_, response) =>
    response.writeHead(307, { Location: `http://127.0.0.1:${target.port}/` }).end(),
  );
  const answer = await createPost(nobody)(request(`http://127.0.0.1:${port}/`, { allowLoopback: true }));
  expect(answer).toEqual({ status: 307 });
  expect(target.received).toEqual([]);
});

test("an endless answer is cut off", async () => {
  let isClosed: Promise<unknown> = Promise.resolve();
  const { port } = await serve((_, response) => {
    isClosed = once(response, "close");
    const flood = (): void => {
      while (!response.destroyed && response.write("x".repeat(65_536)));
      if (!response.destroyed) response.once("drain", flood);
    };
    flood();
  });
  const answer = await createPost(nobody)(request(`http://127.0.0.1:${port}/`, { allowLoopback: true }));
  expect(answer).toEqual({ status: 200 });
  await isClosed;
});

test("a server that never answers is given up when time is up", async () => {
  const { port } = await serve(() => undefined);
  const signal = AbortSignal.timeout(50);
  await expect(
    createPost(nobody)(request(`http://127.0.0.1:${port}/`, { allowLoopback: true, signal })),
  ).rejects.toThrow(/abort/i);
});

test("a name that cannot be resolved, or a closed port, may be retried", async () => {
  const post = createPost(async () => {
    throw new Error("getaddrinfo EAI_AGAIN");
  });
  const failure = await post(request("https://hooks.example/")).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toBeInstanceOf(NonRetriableError);
});

test("public addresses are recognized as public", () => {
  for (const address of ["93.184.216.34", "1.1.1.1", "2606:4700:4700::1111", "::ffff:8.8.8.8"])
    expect(isPublicAddress(address), address).toBe(true);
  for (const address of ["", "localhost", "1.1.1", "999.1.1.1"])
    expect(isPublicAddress(address), address).toBe(false);
});
