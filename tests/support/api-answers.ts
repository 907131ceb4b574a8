import assert from "node:assert/strict";

import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

import type { App } from "../../core/app.ts";
import type { Handler } from "../../core/http/route.ts";
import { routeAt, ROUTES, type RouteKey } from "../../core/routes/table.ts";
import { apiDocument } from "../../cli/api-docs/document.ts";

const document = apiDocument({ allowsMore: false });
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, "api");
const compiled = new Map<string, ValidateFunction>();

/** The app, with every answer compared with the API document: a test that gets an answer which the document does not know fails. */
export function withCheckedAnswers(app: App): App {
  const checked = Object.keys(ROUTES).map((key) => {
    const handler: Handler = async (request, caller) => {
      const response = await app[key as RouteKey](request, caller);
      await checkAnswer(key as RouteKey, request, response.clone());
      return response;
    };
    return [key, handler];
  });
  return {
    ...app,
    ...(Object.fromEntries(checked) as Record<RouteKey, Handler>),
    async fetch(request, caller) {
      const response = await app.fetch(request, caller);
      const key = routeAt(new URL(request.url).pathname);
      if (key !== undefined) await checkAnswer(key, request, response.clone());
      return response;
    },
  };
}

/** @throws when the API document has no such answer of this route. */
export async function checkAnswer(key: RouteKey, request: Request, response: Response): Promise<void> {
  if (request.method === "OPTIONS") return;
  const { path, method } = ROUTES[key];
  const answer = document.paths[path]?.[method.toLowerCase()]?.responses[response.status];
  assert.ok(answer, `The API document has no answer ${response.status} of ${path}.`);
  const type = response.headers.get("content-type")?.split(";")[0];
  const types = Object.keys(answer.content ?? {});
  if (types.length === 0) return;
  assert.ok(type, `${response.status} of ${path} has no content type.`);
  if (types.includes("*/*")) return;
  assert.ok(types.includes(type), `The API document has no ${type} for ${response.status} of ${path}.`);
  if (type !== "application/json") return;
  const validate = validatorOf(path, method.toLowerCase(), response.status);
  const body: unknown = await response.json();
  assert.ok(
    validate(body),
    `${response.status} of ${path} is not what the API document says: ${ajv.errorsText(validate.errors)}\n${JSON.stringify(body)}`,
  );
}

function validatorOf(path: string, method: string, status: number): ValidateFunction {
  const pointer = ["paths", path, method, "responses", status, "content", "application/json", "schema"]
    .map((part) => String(part).replaceAll("~", "~0").replaceAll("/", "~1"))
    .join("/");
  const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `api#/${pointer}` });
  compiled.set(pointer, validate);
  return validate;
}
