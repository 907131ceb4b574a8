import { StripeApiError } from "./errors.ts";
import type { FormValue } from "./form.ts";
import type { Parameter } from "./parameters.ts";

/** https://docs.stripe.com/api/metadata */
const limits = { keys: 50, keyLength: 40, valueLength: 500 };

/** Metadata of a new object: empty values are left out. */
export function metadata(): Parameter<Record<string, string>> {
  return {
    read(value, path) {
      if (value === "") return {};
      const entries = Object.entries(readEntries(value, path)).filter(([, text]) => text !== "");
      const result = Object.fromEntries(entries);
      refuseTooManyKeys(result, path);
      return result;
    },
  };
}

/** A change of existing metadata: an empty value deletes its key, "" deletes all keys. */
export function metadataChange(): Parameter<Record<string, string> | ""> {
  return { read: (value, path) => (value === "" ? "" : readEntries(value, path)) };
}

export function refuseTooManyKeys(metadataAfterwards: Record<string, string>, path = "metadata"): void {
  const count = Object.keys(metadataAfterwards).length;
  if (count <= limits.keys) return;
  throw new StripeApiError(
    `You can have up to ${limits.keys} metadata keys, but this object would have ${count}.`,
    {
      param: path,
    },
  );
}

function readEntries(value: FormValue, path: string): Record<string, string> {
  if (typeof value === "string") throw new StripeApiError("Invalid object", { param: path });
  const result: [string, string][] = [];
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      throw new StripeApiError(
        "Metadata values must be strings, but you passed in a value that is an object.",
        {
          param: `${path}[${key}]`,
        },
      );
    }
    if (key.length > limits.keyLength) {
      throw new StripeApiError(
        `Metadata keys can have up to ${limits.keyLength} characters, but you passed in a key that is ${key.length} characters. Invalid key: ${key}`,
        { param: path },
      );
    }
    if (text.length > limits.valueLength) {
      throw new StripeApiError(
        `Metadata values can have up to ${limits.valueLength} characters, but you passed in a value that is ${text.length} characters. Invalid value: ${text}`,
        { param: path },
      );
    }
    result.push([key, text]);
  }
  return Object.fromEntries(result);
}
