import type { World } from "../state/world.ts";
import type { FormObject } from "./form.ts";
import { list, readParameters, text, type Parameter, type ParametersOf } from "./parameters.ts";

type Shape = Record<string, Parameter<unknown>>;

/** What a route works with: its parameters are checked, but nothing has been compared with the state yet. */
export interface RouteContext<Parameters> {
  world: World;
  /** Tells the owner something that Stripe's answer does not contain. */
  notice(message: string): void;
  parameters: Parameters;
  /** The path's own parts, `:id` first. */
  id: string;
}

export interface Route {
  method: "GET" | "POST" | "DELETE";
  path: RegExp;
  /** Checks the parameters' shape and returns what remains to be done. Only the latter counts as execution. */
  prepare(form: FormObject, id: string): (context: Pick<RouteContext<never>, "world" | "notice">) => object;
}

/** `path` may hold one `:id`. */
export function route<S extends Shape>(definition: {
  method: Route["method"];
  path: string;
  parameters: S;
  run: (context: RouteContext<ParametersOf<S>>) => object;
}): Route {
  return {
    method: definition.method,
    path: new RegExp(`^${definition.path.replaceAll(".", "\\.").replace(":id", "([^/]+)")}$`),
    prepare(form, id) {
      const parameters = readParameters(definition.parameters, form);
      return ({ world, notice }) => definition.run({ world, notice, parameters, id });
    },
  };
}

/** `expand[]`, which every route takes. */
export const expandParameter = { expand: list(text()) };
