import { createServer } from "node:http";

import { closeServer, listen } from "../../cli/dev/listen.ts";

/** A port that was free a moment ago, for tools that cannot be told to take any. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server, 0);
  await closeServer(server);
  return port;
}
