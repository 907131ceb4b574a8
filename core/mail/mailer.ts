export interface Mail {
  to: string;
  subject: string;
  text: string;
}

export interface Mailer {
  /**
   * Resolves once the mail is handed over. A sender that knows idempotency keys passes the key on; SMTP does not, so a
   * crash between sending and recording can send twice.
   */
  send(mail: Mail, options: { idempotencyKey: string; signal: AbortSignal }): Promise<void>;
}
