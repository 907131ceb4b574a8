import { StripeApiError } from "./errors.ts";
import type { FormObject, FormValue } from "./form.ts";
import type { KnownValue } from "./known-value.ts";

/** Reads one parameter; `path` is its name as Stripe writes it in errors: `line_items[0][price]`. */
export interface Parameter<T> {
  readonly isRequired?: true;
  read(value: FormValue, path: string): T;
}

export type ParametersOf<Shape> = {
  [Key in keyof Shape]: Shape[Key] extends { isRequired: true; read: (...args: never[]) => infer T }
    ? T
    : Shape[Key] extends { read: (...args: never[]) => infer T }
      ? T | undefined
      : never;
};

/** Named parameters, and no others: an unknown name is refused as Stripe refuses it. */
export function object<Shape extends Record<string, Parameter<unknown>>>(
  shape: Shape,
): Parameter<ParametersOf<Shape>> {
  return {
    read(value, path) {
      if (typeof value === "string") throw new StripeApiError("Invalid object", { param: path });
      return readParameters(shape, value, path);
    },
  };
}

export function readParameters<Shape extends Record<string, Parameter<unknown>>>(
  shape: Shape,
  form: FormObject,
  parent = "",
): ParametersOf<Shape> {
  const nameOf = (key: string) => (parent === "" ? key : `${parent}[${key}]`);
  const unknown = Object.keys(form).find((key) => !Object.hasOwn(shape, key));
  if (unknown !== undefined) {
    const param = nameOf(unknown);
    throw new StripeApiError(`Received unknown parameter: ${param}`, { code: "parameter_unknown", param });
  }
  const result: Record<string, unknown> = {};
  for (const [key, parameter] of Object.entries(shape)) {
    const value = form[key];
    const param = nameOf(key);
    if (value !== undefined) result[key] = parameter.read(value, param);
    else if (parameter.isRequired) {
      throw new StripeApiError(`Missing required param: ${param}.`, { code: "parameter_missing", param });
    }
  }
  return result as ParametersOf<Shape>;
}

export function required<T>(parameter: Parameter<T>): Parameter<T> & { isRequired: true } {
  return { ...parameter, isRequired: true };
}

export function text(limits: { max?: number } = {}): Parameter<string> {
  return {
    read(value, path) {
      const given = nonEmpty(value, path);
      const max = limits.max ?? 5000;
      if (given.length > max) {
        throw new StripeApiError(
          `Invalid string: ${given.slice(0, 10)}...${given.slice(-5)}; must be at most ${max} characters`,
          { param: path },
        );
      }
      return given;
    },
  };
}

export function integer(limits: { min?: number; max?: number } = {}): Parameter<number> {
  return {
    read(value, path) {
      const given = nonEmpty(value, path);
      if (!/^-?\d{1,15}$/.test(given)) {
        throw new StripeApiError(`Invalid integer: ${given}`, {
          code: "parameter_invalid_integer",
          param: path,
        });
      }
      const number = Number(given);
      if (limits.min !== undefined && number < limits.min) {
        throw new StripeApiError(`This value must be greater than or equal to ${limits.min}.`, {
          code: "parameter_invalid_integer",
          param: path,
        });
      }
      if (limits.max !== undefined && number > limits.max) {
        throw new StripeApiError(
          `This value must be less than or equal to ${limits.max} (it currently is '${number}').`,
          { code: "parameter_invalid_integer", param: path },
        );
      }
      return number;
    },
  };
}

export function boolean(): Parameter<boolean> {
  return {
    read(value, path) {
      const given = nonEmpty(value, path);
      if (given !== "true" && given !== "false") {
        throw new StripeApiError(`Invalid boolean: ${given}`, { param: path });
      }
      return given === "true";
    },
  };
}

/**
 * One of the values the SDK's types list. The types themselves are open (any string compiles), so this is where a
 * wrong value is found; a record, because the compiler then insists that none of the listed values is forgotten.
 */
export function oneOf<Listed extends string>(
  values: Record<KnownValue<Listed>, true>,
): Parameter<KnownValue<Listed>> {
  const known = Object.keys(values) as KnownValue<Listed>[];
  return {
    read(value, path) {
      const given = nonEmpty(value, path);
      const found = known.find((candidate) => candidate === given);
      if (found === undefined) {
        const choices = `${known.slice(0, -1).join(", ")}${known.length > 2 ? "," : ""} or ${known.at(-1)}`;
        throw new StripeApiError(`Invalid ${path}: must be one of ${choices}`, { param: path });
      }
      return found;
    },
  };
}

export function list<T>(item: Parameter<T>, limits: { max?: number } = {}): Parameter<T[]> {
  return {
    read(value, path) {
      if (typeof value === "string") throw new StripeApiError("Invalid array", { param: path });
      const keys = Object.keys(value);
      if (keys.some((key) => !/^\d+$/.test(key))) throw new StripeApiError("Invalid array", { param: path });
      if (limits.max !== undefined && keys.length > limits.max) {
        throw new StripeApiError(`The array \`${path}\` can have at most ${limits.max} entries.`, {
          param: path,
        });
      }
      const ordered = keys.toSorted((one, other) => Number(one) - Number(other));
      return ordered.map((key, index) => item.read(value[key] ?? "", `${path}[${index}]`));
    },
  };
}

/** A timestamp, or bounds: `created[gte]=…`. */
export function range(): Parameter<{ gt?: number; gte?: number; lt?: number; lte?: number }> {
  const bounds = { gt: integer(), gte: integer(), lt: integer(), lte: integer() };
  return {
    read(value, path) {
      if (typeof value !== "string") return definedOnly(readParameters(bounds, value, path));
      const exactly = integer().read(value, path);
      return { gte: exactly, lte: exactly };
    },
  };
}

/** Accepted as it comes: Stripe knows the parameter, the simulation neither checks nor honors it. */
export function unsimulated(): Parameter<FormValue> {
  return { read: (value) => value };
}

function definedOnly<T extends Record<string, number | undefined>>(values: T): { [Key in keyof T]?: number } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: number;
  };
}

function nonEmpty(value: FormValue, path: string): string {
  if (typeof value !== "string") throw new StripeApiError("Invalid string", { param: path });
  if (value === "") {
    throw new StripeApiError(
      `You passed an empty string for '${path}'. We assume empty values are an attempt to unset a parameter; however '${path}' cannot be unset. You should remove '${path}' from your request or supply a non-empty value.`,
      { code: "parameter_invalid_empty", param: path },
    );
  }
  return value;
}
