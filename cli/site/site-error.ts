import { ProblemsError } from "../../core/format/problems-error.ts";

/** The owner's files cannot be used as they are; a sentence per mistake, each beginning with its file. */
export class SiteError extends ProblemsError {
  override readonly name = "SiteError";
}
