import { StripeApiError } from "./errors.ts";

/** Parameters as they arrive: texts, nested by brackets. Lists are still objects with 0, 1, 2 … as keys. */
export type FormValue = string | FormObject;
export interface FormObject {
  [key: string]: FormValue;
}

/**
 * Decodes `a=1&b[c]=2&d[0][e]=3&f[]=4` into nested objects. Objects have no prototype, so that a parameter named
 * `__proto__` or `constructor` is a parameter like any other.
 */
export function decodeForm(encoded: string): FormObject {
  const root = emptyObject();
  for (const [name, value] of new URLSearchParams(encoded)) assign(root, splitName(name), value, name);
  return root;
}

function splitName(name: string): string[] {
  const match = /^([^[\]]+)((?:\[[^[\]]*\])*)$/.exec(name);
  if (match === null)
    throw new StripeApiError(`Invalid request: the parameter name ${name} has unbalanced brackets.`);
  const [, first = "", rest = ""] = match;
  return [first, ...[...rest.matchAll(/\[([^[\]]*)\]/g)].map((part) => part[1] ?? "")];
}

function assign(root: FormObject, path: string[], value: string, name: string): void {
  let target = root;
  path.forEach((part, depth) => {
    // `f[]` appends.
    const key = part === "" ? String(Object.keys(target).length) : part;
    if (depth === path.length - 1) {
      target[key] = value;
      return;
    }
    const next = target[key] ?? emptyObject();
    if (typeof next === "string") throw new StripeApiError("Invalid object", { param: name });
    target[key] = next;
    target = next;
  });
}

function emptyObject(): FormObject {
  return Object.create(null) as FormObject;
}
