import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json } from "node:stream/consumers";

import { closeServer, listen } from "../../cli/dev/listen.ts";
import { passOn } from "../contracts/pass-on.ts";

/** The body of an `UpdateTimeToLive`. */
interface ExpiryRequest {
  TableName: string;
  TimeToLiveSpecification: { AttributeName: string; Enabled: boolean };
}

export interface ExpiringDynamodb {
  endpoint: string;
  /** Every request for expiry that has arrived. */
  asked: ExpiryRequest[];
  close(): Promise<void>;
}

/**
 * A proxy in front of a DynamoDB that does not support expiry. It answers as Amazon's does: once a table's expiry is on,
 * switching it on is refused. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateTimeToLive.html
 */
export async function startExpiringDynamodb(target: string): Promise<ExpiringDynamodb> {
  const asked: ExpiryRequest[] = [];
  async function answerExpiry(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = (await json(incoming)) as ExpiryRequest;
    const isOn = asked.some(({ TableName }) => TableName === request.TableName);
    asked.push(request);
    if (isOn) refuse(outgoing);
    else answer(outgoing, 200, { TimeToLiveSpecification: request.TimeToLiveSpecification });
  }

  const server = createServer((incoming, outgoing) => {
    const isExpiry = incoming.headers["x-amz-target"] === "DynamoDB_20120810.UpdateTimeToLive";
    if (isExpiry) answerExpiry(incoming, outgoing).catch(() => outgoing.destroy());
    else passOn(target, incoming, outgoing);
  });
  const port = await listen(server, 0);
  return { endpoint: `http://127.0.0.1:${port}`, asked, close: () => closeServer(server) };
}

function refuse(outgoing: ServerResponse): void {
  answer(outgoing, 400, {
    __type: "com.amazon.coral.validate#ValidationException",
    message: "TimeToLive is already enabled",
  });
}

function answer(outgoing: ServerResponse, status: number, body: object): void {
  outgoing.writeHead(status, { "Content-Type": "application/x-amz-json-1.0" });
  outgoing.end(JSON.stringify(body));
}
