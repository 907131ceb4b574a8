import type * as z from "zod/mini";

import { ProblemsError } from "../format/problems-error.ts";
import { definitionSchema } from "./schema.ts";
import type { ShopDefinition } from "./shop-definition.ts";

/** One sentence per mistake; each begins with the field, as it is written in shop.config.ts. */
export class ShopDefinitionError extends ProblemsError {
  override readonly name = "ShopDefinitionError";
}

/**
 * Checks what shop.config.ts exports.
 * @throws ShopDefinitionError that lists every mistake at once.
 */
export function parseShopDefinition(value: unknown): ShopDefinition {
  const result = definitionSchema.safeParse(value);
  if (result.success) return result.data;
  throw new ShopDefinitionError(result.error.issues.flatMap((issue) => sentences(issue)));
}

function sentences(issue: z.core.$ZodIssue): string[] {
  const where = fieldName(issue.path);
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${fieldName([...issue.path, key])} is not known here. Is it misspelled?`);
  }
  if (issue.code === "invalid_union") {
    // The alternative whose mistakes lie inside it is the one that was meant.
    const meant = issue.errors.find((alternative) =>
      alternative.every(({ path, code }) => path.length > 0 || code === "unrecognized_keys"),
    );
    if (meant !== undefined && meant.length > 0) {
      return meant.flatMap((inner) => sentences({ ...inner, path: [...issue.path, ...inner.path] }));
    }
  }
  if (issue.code === "invalid_key") {
    return [`${where} ${issue.issues[0]?.message ?? issue.message}`];
  }
  // This is zod's own message, which knows only the type.
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid")) {
    return [`${where || "The default export"} must be ${EXPECTED[issue.expected] ?? `a ${issue.expected}`}.`];
  }
  return [`${where} ${issue.message}`];
}

const EXPECTED: Readonly<Record<string, string>> = {
  object: "an object in curly braces",
  record: "an object in curly braces",
  array: "a list in square brackets",
};

/** `prices["poster-a2"].deliver[0].url` */
function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) => {
      if (typeof part === "number") return `[${part}]`;
      const name = String(part);
      if (!/^[A-Za-z_]\w*$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join("");
}
