import { BlockedStepError, NotAttemptedError, NonRetriableError, RefusedMailError } from "../retry/errors.ts";

/** What nodemailer's errors say besides their message. */
interface SmtpFailure extends Error {
  code?: string;
  /** The server's three digits. */
  responseCode?: number;
  /** The command that it answered. */
  command?: string;
  /** What it said, including the digits. */
  response?: string;
  /** Which timeout ran out. */
  timeoutType?: string;
  syscall?: string;
}

/** What the owner has to fix when the server refuses the shop. It shows before a mail is handed over, so no mail was sent. */
const OWNERS_PART: Readonly<Record<string, string>> = {
  EAUTH: "The mail server refused the user name or the password of SMTP_URL",
  ENOAUTH: "The mail server asks for a user name and a password, which SMTP_URL does not have",
  ETLS: "The mail server of SMTP_URL offers no encryption that can be trusted",
  EDNS: "The mail server of SMTP_URL cannot be found",
};
const WAITS_BEFORE_THE_MAIL = ["CONNECT_TIMEOUT", "GREETING_TIMEOUT", "UPGRADE_TIMEOUT"];

/**
 * Turns a failure into what an order needs to know: whose fault it is, whether a retry is of use, and whether the mail may have gone
 * out all the same.
 *
 * A 5xx is the server's last word (RFC 5321, 4.2.1), except for 503, which says that the conversation went wrong. If it is about a
 * recipient, it concerns this order alone. If it is about the sender, the password, the way there or a mail that was read to its
 * end, it concerns every order, until the owner has fixed it.
 *
 * @param recipient says whose address the mail goes to, not which address that is.
 */
export function sortSmtpError(error: unknown, recipient: string): Error {
  if (!(error instanceof Error)) return new Error("The mail could not be sent.", { cause: error });
  const failure: SmtpFailure = error;
  const { code = "", responseCode = 0, timeoutType = "", syscall } = failure;
  const refusal = refusalOf(failure, recipient);
  if (refusal !== undefined) return refusal;
  const wasAnswered = responseCode >= 400 && responseCode < 600;
  // Nodemailer itself refuses the address, and will again.
  if (code === "EENVELOPE" && !wasAnswered) {
    return new NonRetriableError(`The mail server cannot reach ${recipient}.`, { cause: error });
  }
  const neverGotThere = Object.hasOwn(OWNERS_PART, code) || WAITS_BEFORE_THE_MAIL.includes(timeoutType);
  if (wasAnswered || neverGotThere || syscall === "connect") {
    return new NotAttemptedError("The mail could not be sent.", { cause: error });
  }
  return new Error("Sending the mail was cut off.", { cause: error });
}

/** Undefined when a retry may succeed by itself, as after a look-up that got no answer (rather than the answer that there is no server). */
function refusalOf(failure: SmtpFailure, recipient: string): Error | undefined {
  const { code = "", responseCode = 0, command = "" } = failure;
  const said = responseCode === 0 ? "" : `: ${responseCode}`;
  const options = { cause: failure };
  const isTemporary = responseCode !== 0 && (responseCode < 500 || responseCode === 503);
  if (isTemporary) return undefined;
  if (code === "EDNS" && !/ENOTFOUND|ENODATA/.test(failure.message)) return undefined;
  const ownersPart = OWNERS_PART[code];
  if (ownersPart !== undefined) return new BlockedStepError(`${ownersPart}${said}.`, options);
  if (responseCode === 0) return undefined;
  if (command.startsWith("RCPT TO")) {
    return isAboutTheShop(failure)
      ? new BlockedStepError(
          `The mail server refuses to send this shop's mails${said}. SMTP_URL may lack a password.`,
          options,
        )
      : new NonRetriableError(`The mail server refused ${recipient}${said}`, options);
  }
  if (command.startsWith("MAIL FROM"))
    return new BlockedStepError(`The mail server refused the sender, MAIL_FROM${said}.`, options);
  return command.startsWith("DATA")
    ? new RefusedMailError(`The mail server refused the mail${said}.`, options)
    : undefined;
}

/** "Relaying denied", "authentication required": the server says so about whichever recipient comes first. */
function isAboutTheShop({ responseCode, response = "" }: SmtpFailure): boolean {
  return responseCode === 530 || /relay|authenticat/i.test(response);
}
