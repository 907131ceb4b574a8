import * as z from "zod/mini";

import { isLoopbackHost } from "./loopback.ts";
import { isMailAddress, parseMailbox, type Mailbox } from "../format/mail-address.ts";

/** How mails are sent: one SMTP server, one sender. */
export interface MailConfig {
  smtp: SmtpServer;
  from: Mailbox;
  /** Where a buyer's answer goes; undefined means to the sender. */
  replyTo: string | undefined;
}

interface SmtpServer {
  host: string;
  port: number;
  /** `implicit`: from the first byte. `required`: STARTTLS, or no mail. `off`: on this machine only. */
  tls: "implicit" | "required" | "off";
  auth: { user: string; pass: string } | undefined;
}

/** What becomes of a mail when it is unknown whether it was sent: a function died, or the server's answer was lost. */
export type MailDelivery = "at-least-once" | "at-most-once";

const SMTP_EXAMPLE = "smtps://USER:PASSWORD@smtp.example.com:465";

const mailSchema = z.object({
  SMTP_URL: z.string().check(
    z.refine((text) => parseSmtpUrl(text) !== undefined, {
      error: `SMTP_URL is not the address of a mail server. Your mail provider tells you the address: it looks like ${SMTP_EXAMPLE}, or smtp://…:587, with special characters of the password percent-encoded (/ is %2F, # is %23, ? is %3F, % is %25).`,
    }),
  ),
  MAIL_FROM: z
    .string({
      error:
        "MAIL_FROM is not set although SMTP_URL is: set it to the sender of the shop's mails, an address your mail provider lets you send from, e.g. Low Tide <orders@shop.example>.",
    })
    .check(
      z.refine((text) => parseMailbox(text) !== undefined, {
        error:
          "MAIL_FROM is not a sender: it is one address, with or without a name, e.g. Low Tide <orders@shop.example>.",
      }),
    ),
  MAIL_REPLY_TO: z.optional(
    z
      .string()
      .check(
        z.refine(isMailAddress, { error: "MAIL_REPLY_TO must be one mail address, e.g. help@shop.example." }),
      ),
  ),
});

const deliverySchema = z._default(
  z.enum(["at-least-once", "at-most-once"], {
    error: "MAIL_DELIVERY must be at-least-once (the default) or at-most-once.",
  }),
  "at-least-once",
);

/** Undefined without SMTP_URL: the shop sends no mails, and says so in its log. */
export function readMail(variables: Readonly<Record<string, string>>): {
  config: MailConfig | undefined;
  delivery: MailDelivery;
  problems: string[];
} {
  const delivery = deliverySchema.safeParse(variables["MAIL_DELIVERY"]);
  const problems = delivery.success ? [] : [delivery.error.issues[0]?.message ?? ""];
  const none = { config: undefined, delivery: delivery.data ?? "at-least-once", problems };
  if (variables["SMTP_URL"] === undefined) {
    const stray = ["MAIL_FROM", "MAIL_REPLY_TO"].filter((name) => variables[name] !== undefined);
    if (stray.length === 0) return none;
    problems.push(
      `SMTP_URL is not set although ${stray.join(", ")} is: set it to your mail provider's server (${SMTP_EXAMPLE}), or remove the others to send no mails.`,
    );
    return none;
  }
  const result = mailSchema.safeParse(variables);
  if (!result.success) {
    return { ...none, problems: [...problems, ...result.error.issues.map(({ message }) => message)] };
  }
  const smtp = parseSmtpUrl(result.data.SMTP_URL);
  const from = parseMailbox(result.data.MAIL_FROM);
  if (smtp === undefined || from === undefined) return none;
  return { ...none, config: { smtp, from, replyTo: result.data.MAIL_REPLY_TO } };
}

function parseSmtpUrl(text: string): SmtpServer | undefined {
  if (!URL.canParse(text.trim())) return undefined;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text.trim());
  if (!["smtp:", "smtps:"].includes(protocol) || hostname === "" || /^[\s%]|[\s%]/.test(hostname))
    return undefined;
  if (!["", "/"].includes(pathname) || search !== "" || hash !== "") return undefined;
  const auth = readAuth(username, password);
  if (auth === "wrong") return undefined;
  const isImplicit = protocol === "smtps:";
  const upgrade = isLoopbackHost(hostname) ? "off" : "required";
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port || (isImplicit ? 465 : 587)),
    tls: isImplicit ? "implicit" : upgrade,
    auth,
  };
}

function readAuth(username: string, password: string): SmtpServer["auth"] | "wrong" {
  if (username === "" && password === "") return undefined;
  if (username === "" || password === "") return "wrong";
  try {
    return { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
  } catch {
    return "wrong";
  }
}
