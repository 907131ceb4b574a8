import { createServer, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";

import { closeServer, listen } from "../../cli/dev/listen.ts";

interface Letter {
  key: string;
  to: string;
  /** The process that sent it. */
  sender: number;
}

export interface PostOffice {
  url: string;
  letters: readonly Letter[];
  /** Called when a letter has arrived, before its sender is told. */
  onArrival: ((letter: Letter) => Promise<void>) | undefined;
  close(): Promise<void>;
}

/** Receives the mails of shops in other processes. A mail that arrived was sent, whatever happened to its sender. */
export async function openPostOffice(): Promise<PostOffice> {
  const letters: Letter[] = [];
  const server = createServer((incoming, outgoing) => {
    void receive(incoming).finally(() => outgoing.writeHead(204).end());
  });
  const receive = async (incoming: IncomingMessage): Promise<void> => {
    const letter = JSON.parse(await text(incoming)) as Letter;
    letters.push(letter);
    await postOffice.onArrival?.(letter);
  };
  const port = await listen(server, 0);
  const postOffice: PostOffice = {
    url: `http://127.0.0.1:${port}/`,
    letters,
    onArrival: undefined,
    close: () => closeServer(server),
  };
  return postOffice;
}
