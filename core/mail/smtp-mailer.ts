import type { Transporter } from "nodemailer";

import type { MailConfig } from "../config/mail.ts";
import { NonRetriableError } from "../retry/errors.ts";
import { wireAddress } from "../format/mail-address.ts";
import type { Mailer } from "./mailer.ts";
import { ownLine } from "../format/plain-text.ts";
import { sortSmtpError } from "./smtp-error.ts";

/**
 * The longest silence in each stage. All of it together has to fit into a step, which its signal cuts off and which has some 6
 * seconds inside a webhook. These timeouts tell a server that does not answer from one that is slow.
 */
const TIMEOUTS = {
  dnsTimeout: 2_000,
  connectionTimeout: 3_000,
  greetingTimeout: 3_000,
  socketTimeout: 5_000,
  // Once the server has taken the mail, there is nothing to wait for.
  socketCloseTimeout: 0,
};

/** The address itself stays out of messages: they are stored, and shown to the owner's side. */
const WHOSE = { buyer: "the buyer's address", owner: "OWNER_EMAIL" } as const;

/**
 * Sends through one SMTP server, with a connection per mail: a function may be frozen right after its answer, and a connection
 * that was kept open would be dead by the next one.
 */
export function createSmtpMailer({ smtp, from, replyTo }: MailConfig, now: () => number): Mailer {
  let opened: Promise<Transporter> | undefined;
  const open = (): Promise<Transporter> => (opened ??= openTransport(smtp));
  const sender = wireAddress(from.address) ?? from.address;
  const domain = sender.slice(sender.indexOf("@") + 1);

  return {
    async send({ to, recipient: whose = "buyer", subject, text, html }, { idempotencyKey, signal }) {
      const recipient = wireAddress(to);
      if (recipient === undefined)
        throw new NonRetriableError(`No mail was sent: ${WHOSE[whose]} is not one mail address.`);
      const transport = await open();
      try {
        await transport.sendMail({
          // Explicit, so that no header is ever read for another recipient.
          envelope: { from: sender, to: [recipient] },
          from: { name: from.name ?? "", address: sender },
          to: { name: "", address: recipient },
          ...(replyTo !== undefined && { replyTo: { name: "", address: replyTo } }),
          subject: ownLine(subject),
          text,
          ...(html !== undefined && { html }),
          date: new Date(now()),
          // The same for every attempt, so that a mail program shows a mail that was sent twice only once.
          messageId: `<${idempotencyKey.replace(/[^\w.-]+/g, ".")}@${domain}>`,
          headers: {
            // Resend then sends one mail per key: https://resend.com/docs/dashboard/emails/idempotency-keys
            "Resend-Idempotency-Key": idempotencyKey,
            // Written by a program: no out-of-office notes, please. RFC 3834
            "Auto-Submitted": "auto-generated",
          },
          disableFileAccess: true,
          disableUrlAccess: true,
          signal,
        });
      } catch (error) {
        throw sortSmtpError(error, WHOSE[whose]);
      }
    },
  };
}

/** Loaded with the first mail: most webhooks send none. */
async function openTransport({ host, port, tls, auth }: MailConfig["smtp"]): Promise<Transporter> {
  const { createTransport } = await import("nodemailer");
  return createTransport({
    host,
    port,
    secure: tls === "implicit",
    requireTLS: tls === "required",
    ignoreTLS: tls === "off",
    auth,
    ...TIMEOUTS,
  });
}
