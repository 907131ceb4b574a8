import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pathToFileURL } from "node:url";

import { NETLIFY_REDIRECTS } from "../../cli/site/function-rules.ts";
import { listen } from "../../cli/dev/listen.ts";

/**
 * Stands between a request and a function, as Netlify does: an HTTP server that turns requests into Lambda events, with the body in
 * base64, and calls the entry point that `netlify build` put into the function's archive.
 *
 *   node netlify-runtime.ts FOLDER PORT      FOLDER holds one unpacked archive per function
 */
interface LambdaEvent {
  httpMethod: string;
  path: string;
  rawUrl: string;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: true;
}

interface AnswerStream extends PassThrough {
  metadata?: {
    statusCode: number;
    multiValueHeaders?: Record<string, string[]>;
    headers?: Record<string, string>;
  };
}

type Handler = (event: LambdaEvent, answer: AnswerStream, context: object) => Promise<void>;

// The global that AWS's Node runtime gives to functions that stream their answers:
// https://docs.aws.amazon.com/lambda/latest/dg/config-rs-write-functions.html
Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (handler: Handler) => handler,
    HttpResponseStream: {
      from: (answer: AnswerStream, metadata: AnswerStream["metadata"]) => Object.assign(answer, { metadata }),
    },
  },
});

const [folder = "", port = "0"] = process.argv.slice(2);
const handlers = new Map<string, Promise<{ handler: Handler }>>();

const server = createServer((incoming, outgoing) => {
  void (async () => {
    const name = functionAt(new URL(incoming.url ?? "", "http://localhost").pathname);
    const { handler } = await load(name);
    const answer: AnswerStream = new PassThrough();
    const body = buffer(answer);
    await handler(await toEvent(incoming), answer, {
      awsRequestId: randomUUID(),
      getRemainingTimeInMillis: () => 60_000,
    });
    const { statusCode = 500, multiValueHeaders = {}, headers = {} } = answer.metadata ?? {};
    outgoing.writeHead(statusCode, { ...headers, ...multiValueHeaders });
    outgoing.end(await body);
  })().catch((error: unknown) => {
    console.error(error);
    outgoing.writeHead(502).end();
  });
});
await listen(server, Number(port));
console.log("The runtime is ready.");

/** The function to which the rules of netlify.toml lead; netlify-build.ts shows that they are those of the build. */
function functionAt(path: string): string {
  const rule = NETLIFY_REDIRECTS.find(({ from }) => from === path);
  return (rule?.to ?? path).replace("/.netlify/functions/", "");
}

/** The first request to a function loads it. */
async function load(name: string): Promise<{ handler: Handler }> {
  const entryPoint = pathToFileURL(join(folder, name, "___netlify-entry-point.mjs")).href;
  const loading = handlers.get(name) ?? (import(entryPoint) as Promise<{ handler: Handler }>);
  handlers.set(name, loading);
  return loading;
}

async function toEvent(incoming: IncomingMessage): Promise<LambdaEvent> {
  const { host = "127.0.0.1" } = incoming.headers;
  const lines = Object.entries(incoming.headersDistinct);
  return {
    httpMethod: incoming.method ?? "GET",
    path: incoming.url?.split("?")[0] ?? "/",
    rawUrl: `https://${host}${incoming.url}`,
    headers: Object.fromEntries(lines.map(([name, values]) => [name, (values ?? []).join(", ")])),
    body: (await buffer(incoming)).toString("base64"),
    isBase64Encoded: true,
  };
}
