import { createServer, type IncomingMessage, type Server } from "node:http";

import { createRequestListener, sendResponse } from "@remix-run/node-fetch-server";

import { errorPage, unreadableAddress } from "./error-page.ts";

/** A server for `serve`. When `serve` throws, or a request cannot be read, the answer is a page in plain words; `print` gets the reason. */
export function createDevServer(
  serve: (request: Request) => Promise<Response>,
  print: (text: string) => void,
): Server {
  const listener = createRequestListener(serve, {
    onError(error) {
      print(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return brokenPage();
    },
  });
  return createServer((incoming, outgoing) => {
    const refusal = refusalOf(incoming);
    if (refusal === undefined) listener(incoming, outgoing);
    else void sendResponse(outgoing, refusal);
  });
}

/** Undefined when a `Request` can be made of it. */
function refusalOf({ method, url = "/" }: IncomingMessage): Response | undefined {
  if (method === "TRACE") {
    return errorPage({ status: 405, title: "TRACE is not supported here", text: ["Use GET or POST."] });
  }
  return url.startsWith("/") && URL.canParse(`http://localhost${url}`) ? undefined : unreadableAddress();
}

function brokenPage(): Response {
  return errorPage({
    status: 500,
    title: "This page failed",
    text: ["The terminal in which the shop runs shows the reason. Fix it, then reload this page."],
  });
}
