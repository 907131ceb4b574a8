import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { brokenPage, nothingHerePage, unreadablePage } from "./hosted-page/notice-pages.ts";
import type { SimulatedStripe } from "./simulated-stripe.ts";

const maximumBodyBytes = 1_000_000;

/** Serves the API and the payment page over real HTTP, for SDKs in other processes (`STRIPE_API_BASE`). */
export function createSimulatorServer(
  stripe: Pick<SimulatedStripe, "handleApi" | "handleHostedPage">,
): Server {
  return createServer((incoming, outgoing) => {
    answer(stripe, incoming)
      .catch((error: unknown) => {
        console.error(error);
        return brokenPage();
      })
      .then((response) => send(response, incoming, outgoing))
      .catch(() => outgoing.destroy());
  });
}

async function answer(
  stripe: Pick<SimulatedStripe, "handleApi" | "handleHostedPage">,
  incoming: IncomingMessage,
): Promise<Response> {
  const body = await readBody(incoming);
  if (body === null) return new Response(null, { status: 413, headers: { connection: "close" } });
  const request = toRequest(incoming, body);
  if (request === undefined) return unreadablePage();
  const page = await stripe.handleHostedPage(request.clone());
  if (page !== undefined) return page;
  const isBrowser = request.headers.get("accept")?.includes("text/html") === true;
  return isBrowser ? nothingHerePage() : stripe.handleApi(request);
}

async function send(response: Response, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (response.type === "error") {
    // A fault that a test asked for: the connection breaks.
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(incoming.method === "HEAD" ? undefined : Buffer.from(await response.arrayBuffer()));
}

/** Undefined for an address or a method that no request can have. */
function toRequest(incoming: IncomingMessage, body: Buffer): Request | undefined {
  const { method = "GET", url = "/" } = incoming;
  const address = `http://simulator.invalid${url}`;
  if (!url.startsWith("/") || !URL.canParse(address) || method === "TRACE") return undefined;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headersDistinct)) {
    for (const part of value ?? []) headers.append(name, part);
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(address, { method, headers, ...(hasBody ? { body: new Uint8Array(body) } : {}) });
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
