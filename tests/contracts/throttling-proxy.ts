import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import { closeServer, listen } from "../../cli/dev/listen.ts";
import { passOn } from "./pass-on.ts";

export interface ThrottlingProxy {
  endpoint: string;
  /** Requests that arrived so far, retries included. */
  arrived(): number;
  /** Restarts the count at 0. */
  countAnew(): void;
  /** Whether the request with this number, from 0, is refused. May be changed at any time. */
  throttles: (number: number) => boolean;
  close(): Promise<void>;
}

/** A proxy in front of a DynamoDB that refuses requests as a busy one does. */
export async function startThrottlingProxy(target: string): Promise<ThrottlingProxy> {
  let arrived = 0;
  const server = createServer((incoming, outgoing) => {
    const number = arrived;
    arrived += 1;
    if (proxy.throttles(number)) throttle(incoming, outgoing);
    else passOn(target, incoming, outgoing);
  });
  const port = await listen(server, 0);
  const proxy: ThrottlingProxy = {
    endpoint: `http://127.0.0.1:${port}`,
    arrived: () => arrived,
    countAnew: () => void (arrived = 0),
    throttles: () => false,
    close: () => closeServer(server),
  };
  return proxy;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
function throttle(incoming: IncomingMessage, outgoing: ServerResponse): void {
  incoming.resume();
  outgoing.writeHead(400, { "Content-Type": "application/x-amz-json-1.0" });
  outgoing.end(
    JSON.stringify({
      __type: "com.amazonaws.dynamodb.v20120810#ThrottlingException",
      message: "Throughput exceeds the current capacity of your table or index.",
    }),
  );
}
