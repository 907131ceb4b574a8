import { NoEffectError, PermanentStepError } from "../fulfillment/step.ts";

/** What nodemailer's errors say beside their message. */
interface SmtpFailure extends Error {
  code?: string;
  /** The server's three digits. */
  responseCode?: number;
  /** The command it answered. */
  command?: string;
  /** Which of its waits came to nothing. */
  timeoutType?: string;
  syscall?: string;
}

/** What happens before a mail is handed over: none was, then. */
const BEFORE_THE_MAIL = ["EDNS", "ETLS", "EAUTH", "ENOAUTH"];
const WAITS_BEFORE_THE_MAIL = ["CONNECT_TIMEOUT", "GREETING_TIMEOUT", "UPGRADE_TIMEOUT"];

/**
 * Turns a failure into what an order needs to know: is it of use to try again, and may the mail have gone out all the same?
 *
 * A 5xx is the server's last word about this mail (RFC 5321, 4.2.1), with two exceptions: 503 says that the conversation went
 * wrong, not the mail; and a refused password is the shop's, so all orders wait for it to be mended.
 *
 * @param recipient says whose address the mail goes to, and not which.
 */
export function sortSmtpError(error: unknown, recipient: string): Error {
  if (!(error instanceof Error)) return new Error("The mail could not be sent.", { cause: error });
  const { code = "", responseCode = 0, command, timeoutType = "", syscall }: SmtpFailure = error;
  const wasAnswered = responseCode >= 400 && responseCode < 600;
  const isLastWord = responseCode >= 500 && responseCode !== 503 && wasAnswered;
  if (isLastWord && code !== "EAUTH" && code !== "ETLS" && isAboutTheMail(command)) {
    const refused = refusedPart(command, recipient);
    return new PermanentStepError(`The mail server refused ${refused}: ${responseCode}`, { cause: error });
  }
  // Nodemailer itself refuses the addresses; it will again.
  if (code === "EENVELOPE" && !wasAnswered) {
    return new PermanentStepError(`The mail server cannot reach ${recipient}.`, { cause: error });
  }
  const neverGotThere = BEFORE_THE_MAIL.includes(code) || WAITS_BEFORE_THE_MAIL.includes(timeoutType);
  if (wasAnswered || neverGotThere || syscall === "connect") {
    return new NoEffectError("The mail could not be sent.", { cause: error });
  }
  return new Error("Sending the mail was cut off.", { cause: error });
}

function isAboutTheMail(command: string | undefined): boolean {
  return ["MAIL FROM", "RCPT TO", "DATA"].some((known) => command?.startsWith(known) === true);
}

/** What somebody has to mend. */
function refusedPart(command: string | undefined, recipient: string): string {
  if (command?.startsWith("RCPT TO")) return recipient;
  return command?.startsWith("MAIL FROM") ? "the sender, MAIL_FROM" : "the mail";
}
