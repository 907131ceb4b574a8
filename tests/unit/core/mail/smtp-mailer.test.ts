import { createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

import PostalMime from "postal-mime";
import { afterEach, expect, test } from "vitest";

import { readMail } from "../../../../core/config/mail.ts";
import {
  BlockedStepError,
  NotAttemptedError,
  NonRetriableError,
  RefusedMailError,
} from "../../../../core/retry/errors.ts";
import { sortSmtpError } from "../../../../core/mail/smtp-error.ts";
import { createSmtpMailer } from "../../../../core/mail/smtp-mailer.ts";
import type { Mailer } from "../../../../core/mail/mailer.ts";
import {
  startMailServer,
  type MailServerMood,
  type ReceivedMail,
} from "../../../../cli/dev/inbox/mail-server.ts";

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const NOW = Date.UTC(2026, 10, 21, 12);
const MAIL = { to: "ada@example.com", subject: "Your order", text: "Hello\n", html: "<p>Hello</p>" };
const sending = () => ({ idempotencyKey: "mail/cs_test_1", signal: AbortSignal.timeout(5_000) });

function mailerTo(url: string, more: Record<string, string> = {}): Mailer {
  const variables = { SMTP_URL: url, MAIL_FROM: "Low Tide <orders@shop.example>", ...more };
  const { config, problems } = readMail(variables);
  if (config === undefined) throw new Error(problems.join());
  return createSmtpMailer(config, () => NOW);
}

async function openServer(mood: MailServerMood = "works"): Promise<{ url: string; mails: ReceivedMail[] }> {
  const mails: ReceivedMail[] = [];
  const server = await startMailServer(
    (mail) => void mails.push(mail),
    () => mood,
  );
  closers.push(server.close);
  return { url: server.url, mails };
}

/** A scripted mail server: one answer to each line of the client. */
async function scriptedServer(answer: (line: string, socket: Socket) => string | undefined): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    const say = (line: string): void => {
      const words = answer(line, socket);
      if (words !== undefined) socket.write(`${words}\r\n`);
    };
    say("connect");
    let rest = "";
    socket.on("data", (chunk) => {
      const lines = `${rest}${chunk.toString()}`.split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) say(line);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that accepts everything, but answers one command differently. */
const answering = (command: string, words: string) => (line: string) => {
  if (line.startsWith(command)) return words;
  if (line === "connect") return "220 hello";
  if (line === ".") return "250 taken";
  if (line.startsWith("DATA")) return "354 go on";
  return /^(EHLO|MAIL|RCPT|QUIT)/.test(line) ? "250 ok" : undefined;
};

async function failureOf(mailer: Mailer, options = sending()): Promise<unknown> {
  return mailer.send(MAIL, options).then(
    () => "sent",
    (error: unknown) => error,
  );
}

test("a mail arrives with its sender, one recipient, both bodies, and the headers that mark attempts at the same mail", async () => {
  const { url, mails } = await openServer();
  const mailer = mailerTo(url, { MAIL_REPLY_TO: "help@shop.example" });
  await mailer.send(MAIL, sending());
  await mailer.send(MAIL, sending());
  expect(mails.map(({ from, recipients }) => ({ from, recipients }))).toEqual([
    { from: "orders@shop.example", recipients: ["ada@example.com"] },
    { from: "orders@shop.example", recipients: ["ada@example.com"] },
  ]);
  for (const { raw } of mails) {
    const mail = await PostalMime.parse(raw);
    expect(mail).toMatchObject({
      from: { name: "Low Tide", address: "orders@shop.example" },
      to: [{ address: "ada@example.com" }],
      replyTo: [{ address: "help@shop.example" }],
      subject: "Your order",
      messageId: "<mail.cs_test_1@shop.example>",
      date: "2026-11-21T12:00:00.000Z",
      text: expect.stringMatching(/^Hello\s*$/),
    });
    expect(mail.html).toContain("<p>Hello</p>");
    const header = (name: string): string | undefined => mail.headers.find(({ key }) => key === name)?.value;
    expect(header("resend-idempotency-key")).toBe("mail/cs_test_1");
    expect(header("auto-submitted")).toBe("auto-generated");
  }
});

const OWNERS = { ...MAIL, to: "owner@shop.example", recipient: "owner" } as const;

test("an invalid address is refused for good before any server is asked, and the refusal says whose it is", async () => {
  const { url, mails } = await openServer();
  const mailer = mailerTo(url);
  const to = "ada@example.com, eve@example.com";
  const buyers = new NonRetriableError("No mail was sent: the buyer's address is not one mail address.");
  await expect(mailer.send({ ...MAIL, to }, sending())).rejects.toEqual(buyers);
  const owners = new NonRetriableError("No mail was sent: OWNER_EMAIL is not one mail address.");
  await expect(mailer.send({ ...OWNERS, to }, sending())).rejects.toEqual(owners);
  expect(mails).toEqual([]);
});

test.for([
  ["RCPT", MAIL, "the buyer's address"],
  ["RCPT", OWNERS, "OWNER_EMAIL"],
  ["MAIL", MAIL, "the sender, MAIL_FROM"],
  ["MAIL", OWNERS, "the sender, MAIL_FROM"],
  [".", OWNERS, "the mail"],
] as const)("a refusal of %s is quoted, and says whose fault it is", async ([command, mail, what]) => {
  const mailer = mailerTo(await scriptedServer(answering(command, "550 no")));
  const refusal = `The mail server refused ${what}: 550`;
  await expect(mailer.send(mail, sending())).rejects.toThrow(refusal);
});

test("a mailbox that does not exist is a final refusal; a busy server is not", async () => {
  expect(await failureOf(mailerTo((await openServer("refuses")).url))).toBeInstanceOf(NonRetriableError);
  expect(await failureOf(mailerTo((await openServer("busy")).url))).toBeInstanceOf(NotAttemptedError);
});

test.for([
  ["RCPT", "550 no such mailbox", NonRetriableError],
  ["RCPT", "550 5.7.1 relaying denied", BlockedStepError],
  ["RCPT", "530 authentication required", BlockedStepError],
  ["MAIL", "553 sender not allowed", BlockedStepError],
  [".", "554 looks like spam", RefusedMailError],
  ["RCPT", "451 greylisted", NotAttemptedError],
  [".", "452 out of storage", NotAttemptedError],
  ["MAIL", "503 bad sequence", NotAttemptedError],
  ["connect", "554 no service", NotAttemptedError],
] as const)("%s answered %s", async ([command, words, expected]) => {
  const failure = await failureOf(mailerTo(await scriptedServer(answering(command, words))));
  expect((failure as Error).constructor).toBe(expected);
});

test("E49: a wrong password is the shop's problem, not the order's: all orders wait for the owner", async () => {
  const { url } = await openServer();
  const failure = await failureOf(mailerTo(url.replace("dev:dev", "dev:CANARY")));
  expect(failure).toBeInstanceOf(BlockedStepError);
  expect(JSON.stringify([String(failure), String((failure as Error).cause)])).not.toContain("CANARY");
});

test.each([
  ["queryA ETIMEOUT smtp.example", false],
  ["getaddrinfo EAI_AGAIN smtp.example", false],
  ["getaddrinfo ENOTFOUND smtp.example", true],
])("E49: a look-up that ends with %s waits for the owner: %s", (message, waits) => {
  const failure = sortSmtpError(Object.assign(new Error(message), { code: "EDNS" }), "the buyer's address");
  expect(failure.name).toBe(waits ? "BlockedStepError" : "NotAttemptedError");
});

test("a refused connection had no effect; one that breaks after the mail was handed over may have had one", async () => {
  const { url } = await openServer();
  for (const close of closers.splice(0)) await close();
  expect(await failureOf(mailerTo(url))).toBeInstanceOf(NotAttemptedError);

  const silent = await scriptedServer((line, socket) => {
    if (line === ".") socket.destroy();
    return line === "." ? undefined : answering("RSET", "250 ok")(line);
  });
  const cutOff = await failureOf(mailerTo(silent));
  expect(cutOff).toBeInstanceOf(Error);
  expect(cutOff).not.toBeInstanceOf(NotAttemptedError);
  expect(cutOff).not.toBeInstanceOf(NonRetriableError);
});

test("a silent server holds up the step no longer than the step's own time", async () => {
  const mailer = mailerTo(await scriptedServer(() => undefined));
  const failure = await failureOf(mailer, {
    idempotencyKey: "mail/cs_test_1",
    signal: AbortSignal.timeout(300),
  });
  expect(failure).toBeInstanceOf(Error);
  expect(failure).not.toBeInstanceOf(NonRetriableError);
});

test("over the network nothing is sent to a server without TLS, least of all the password", async () => {
  const heard: string[] = [];
  const url = await scriptedServer((line) => {
    heard.push(line);
    if (line === "STARTTLS") return "502 not here";
    return answering("EHLO", "250-hello\r\n250 AUTH PLAIN")(line);
  });
  const port = Number(new URL(url).port);
  const mailer = createSmtpMailer(
    {
      smtp: { host: "127.0.0.1", port, tls: "required", auth: { user: "user", pass: "CANARY" } },
      from: { name: undefined, address: "orders@shop.example" },
      replyTo: undefined,
    },
    () => NOW,
  );
  expect(await failureOf(mailer)).toBeInstanceOf(BlockedStepError);
  expect(heard).toContain("STARTTLS");
  expect(heard.join("\n")).not.toMatch(/AUTH|MAIL FROM|CANARY/);
});
