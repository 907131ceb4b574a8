/**
 * The caller's fault, or a state the caller must know about. Buyers see its message as it stands, so it says what they can do; `code`
 * is stable snake_case for programs. Everything else that is thrown becomes a neutral 500.
 */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    code: string,
    message: string,
    options: { headers?: Readonly<Record<string, string>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.code = code;
    this.headers = options.headers ?? {};
  }
}

/** 503: nothing is wrong with the request; the same request may succeed after `retryAfterSeconds`. */
export function unavailable(
  code: string,
  message: string,
  retryAfterSeconds: number,
  cause?: unknown,
): HttpError {
  return new HttpError(503, code, message, { headers: { "Retry-After": String(retryAfterSeconds) }, cause });
}
