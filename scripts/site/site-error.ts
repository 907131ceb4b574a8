/** The owner's files cannot be used as they are; a sentence per mistake, each beginning with its file. */
export class SiteError extends Error {
  override readonly name = "SiteError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[], options?: ErrorOptions) {
    super(problems.join("\n"), options);
    this.problems = problems;
  }
}
