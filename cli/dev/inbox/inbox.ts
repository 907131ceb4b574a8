import { join } from "node:path";

import { ConfigError } from "../../../core/config/config-error.ts";
import type { Environment } from "../../../core/config/environment.ts";
import type { ShopOptions } from "../shop.ts";
import { startMailServer, type MailServerMood, type ReceivedMail } from "./mail-server.ts";
import { openMailbox, type Mailbox } from "./mailbox.ts";

export interface Inbox {
  mailbox: Mailbox;
  mood: { current: MailServerMood };
  sendsFor: string | undefined;
  /** The variables that send a shop's mails here, under the shop's name. */
  environmentFor(shopName: string): Environment;
  close(): Promise<void>;
}

/**
 * The mail server beside a shop at `url`, and what it has received. The mail server that the environment names is not used, unless that is
 * asked for: a test order must not mail anybody.
 */
export async function startInbox(
  url: string,
  { environment, storageFolder, sendsMails = false, print }: ShopOptions,
): Promise<Inbox> {
  const folder = storageFolder === undefined ? undefined : join(storageFolder, "mails");
  const mailbox = await openMailbox(folder, Date.now);
  const mood: Inbox["mood"] = { current: "works" };
  if (sendsMails) {
    const smtpUrl = environment["SMTP_URL"];
    if (!smtpUrl) throw new ConfigError(["SMTP_URL is not set: --send-mail sends mails through it."]);
    const sendsFor = URL.canParse(smtpUrl) ? new URL(smtpUrl).host : "SMTP_URL";
    return { mailbox, mood, sendsFor, environmentFor: () => ({}), close: async () => undefined };
  }

  const server = await startMailServer(keep, () => mood.current);
  return {
    mailbox,
    mood,
    sendsFor: undefined,
    environmentFor: (shopName) => {
      return { SMTP_URL: server.url, MAIL_FROM: environment["MAIL_FROM"] || senderOf(shopName) };
    },
    close: server.close,
  };

  /** The server accepts the mail once it is kept. */
  async function keep(mail: ReceivedMail): Promise<void> {
    const { id, email } = await mailbox.keep(mail);
    // Without the address: a terminal's text is copied into chats and tickets.
    print(`Mail "${email.subject ?? ""}", shown at ${url}/__dev/inbox/${id}`);
  }
}

/** Without the characters that MAIL_FROM does not allow in a name. */
function senderOf(shopName: string): string {
  return `"${shopName.replaceAll(/["\\<>=\p{C}]/gu, "")}" <orders@shop.example>`;
}
