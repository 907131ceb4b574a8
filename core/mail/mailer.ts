export interface Mail {
  /** One address. What is not one is refused, and nobody is mailed. */
  to: string;
  /** Whose address that is, for a message about a failure; the buyer's when left out. */
  recipient?: "buyer" | "owner";
  subject: string;
  text: string;
  html?: string;
}

export interface Mailer {
  /**
   * Resolves once the mail is handed over. A sender that knows idempotency keys passes the key on; SMTP does not, so a
   * crash between sending and recording can send twice. Every attempt carries the same Message-ID, though, made of the key.
   *
   * Rejects with `PermanentStepError` when its recipient is refused for good, with `BlockedStepError` when the server refuses the shop
   * itself, with `NoEffectError` when the mail certainly was not sent, and with any other error when it may or may not have been sent.
   */
  send(mail: Mail, options: { idempotencyKey: string; signal: AbortSignal }): Promise<void>;
}
