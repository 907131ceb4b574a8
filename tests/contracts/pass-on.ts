import { request, type IncomingMessage, type ServerResponse } from "node:http";

/** Sends a request on to the server at `target`, and its answer back. */
export function passOn(target: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { method, url = "/", headers } = incoming;
  const passedOn = request(new URL(url, target), { method, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  passedOn.on("error", () => outgoing.destroy());
  incoming.pipe(passedOn);
}
