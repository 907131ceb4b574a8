import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { SimulatedStripe } from "./simulated-stripe.ts";

const maximumBodyBytes = 1_000_000;

/** Serves the API and the payment page over real HTTP, for SDKs in other processes (`STRIPE_API_BASE`). */
export function createSimulatorServer(
  stripe: Pick<SimulatedStripe, "handleApi" | "handleHostedPage">,
): Server {
  return createServer((incoming, outgoing) => {
    answer(stripe, incoming, outgoing).catch((error: unknown) => {
      console.error(error);
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(500).end();
    });
  });
}

async function answer(
  stripe: Pick<SimulatedStripe, "handleApi" | "handleHostedPage">,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const body = await readBody(incoming);
  if (body === null) {
    outgoing.writeHead(413, { connection: "close" }).end();
    return;
  }
  const request = toRequest(incoming, body);
  const response = (await stripe.handleHostedPage(request.clone())) ?? (await stripe.handleApi(request));
  if (response.type === "error") {
    // A fault that was asked for: the connection breaks.
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(incoming.method === "HEAD" ? undefined : Buffer.from(await response.arrayBuffer()));
}

function toRequest(incoming: IncomingMessage, body: Buffer): Request {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct)) {
    for (const part of value ?? []) headers.append(name, part);
  }
  const method = incoming.method ?? "GET";
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(new URL(incoming.url ?? "/", "http://simulator.invalid"), {
    method,
    headers,
    ...(hasBody ? { body: new Uint8Array(body) } : {}),
  });
}

async function readBody(incoming: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maximumBodyBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
