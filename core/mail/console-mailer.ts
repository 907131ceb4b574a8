import type { Mailer } from "./mailer.ts";

/** Shows mails instead of sending them. For development: what it prints is a buyer's. */
export function createConsoleMailer(print: (text: string) => void): Mailer {
  return {
    send: async (mail) => {
      const frame = "─".repeat(60);
      const body = mail.text.trimEnd().replaceAll("\n", "\n│ ");
      print(`┌${frame}\n│ To: ${mail.to}\n│ Subject: ${mail.subject}\n│\n│ ${body}\n└${frame}`);
    },
  };
}
