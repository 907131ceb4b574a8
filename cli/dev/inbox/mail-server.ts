import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";

import { SMTPServer } from "smtp-server";

/** A mail as a server gets it: the envelope, which decides who is mailed, and the bytes. */
export interface ReceivedMail {
  from: string;
  recipients: readonly string[];
  raw: Buffer;
}

/** `busy`: try again later. `refuses`: no such mailbox, for good. */
export type MailServerMood = "works" | "busy" | "refuses";

export interface MailServer {
  /** For `SMTP_URL`. */
  url: string;
  close(): Promise<void>;
}

const USER = "dev";
const PASSWORD = "dev";

/**
 * A real SMTP server on this machine that delivers nothing: every mail goes to `receive`, whoever it is for. The shop talks to it as to a
 * mail provider, password included; only TLS is left out.
 */
export async function startMailServer(
  receive: (mail: ReceivedMail) => Promise<void> | void,
  mood: () => MailServerMood = () => "works",
): Promise<MailServer> {
  const server = new SMTPServer({
    disabledCommands: ["STARTTLS"],
    authMethods: ["PLAIN", "LOGIN"],
    disableReverseLookup: true,
    // Takes `"a..b"@` too, as Japanese providers do; the strict reading refuses such dots even between quotes.
    lenientAddressParsing: true,
    closeTimeout: 100,
    onAuth({ username, password }, _session, answer) {
      if (username === USER && password === PASSWORD) answer(null, { user: USER });
      else answer(refusal(535, "Wrong user or password"));
    },
    onRcptTo(_address, _session, answer) {
      if (mood() === "works") answer();
      else if (mood() === "busy") answer(refusal(451, "Busy, try again later"));
      else answer(refusal(550, "No such mailbox"));
    },
    onData(stream, { envelope }, answer) {
      const recipients = envelope.rcptTo.map(({ address }) => address);
      const from = envelope.mailFrom === false ? "" : envelope.mailFrom.address;
      readAll(stream)
        .then((raw) => receive({ from, recipients, raw }))
        .then(
          () => answer(),
          (error: unknown) => answer(error instanceof Error ? error : new Error(String(error))),
        );
    },
  });
  // A client may hang up halfway; that is not our error.
  server.on("error", () => undefined);
  const listening = server.listen(0, "127.0.0.1");
  await once(listening, "listening");
  const { port } = listening.address() as AddressInfo;
  return {
    url: `smtp://${USER}:${PASSWORD}@127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
