export interface Mail {
  /** One address. Anything else is refused, and no mail is sent. */
  to: string;
  /** Whose address it is, for a message about a failure; the buyer's by default. */
  recipient?: "buyer" | "owner";
  subject: string;
  text: string;
  html?: string;
}

export interface Mailer {
  /**
   * Resolves once the mail is handed over. A mail service that knows idempotency keys gets the key. SMTP knows none, so a crash
   * between sending and recording can send twice; but every attempt carries the same Message-ID, made from the key.
   *
   * Rejects with `NonRetriableError` when the recipient is refused for good, with `BlockedStepError` when the server refuses the shop
   * itself, with `NotAttemptedError` when the mail certainly was not sent, and with any other error when it may or may not have been sent.
   */
  send(mail: Mail, options: { idempotencyKey: string; signal: AbortSignal }): Promise<void>;
}
