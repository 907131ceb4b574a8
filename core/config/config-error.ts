import { ProblemsError } from "../format/problems-error.ts";

/** One sentence per wrong variable; each names the variable and says where the right value is found. */
export class ConfigError extends ProblemsError {
  override readonly name = "ConfigError";
}
