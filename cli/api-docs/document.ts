import * as z from "zod/mini";
import { toJSONSchema } from "zod/v4/core";

import { COMMON_ERRORS, type Answer, type Route } from "../../core/http/route.ts";
import { ROUTES, type RouteDependencies } from "../../core/routes/table.ts";
import packageJson from "../../package.json" with { type: "json" };

export interface ApiDocument {
  openapi: "3.1.1";
  info: { title: string; version: string; description: string };
  paths: Record<string, Record<string, Operation>>;
  components: {
    schemas: Record<string, JsonSchema>;
    securitySchemes: Record<"bearer", { type: "http"; scheme: "bearer" }>;
  };
}

export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  /** One of these must do; an empty one is no secret at all. */
  security?: { bearer?: [] }[];
  parameters: Parameter[];
  requestBody?: { required: true; content: Record<string, Content> };
  responses: Record<string, DocumentedAnswer>;
}

export interface Parameter {
  name: string;
  in: "query" | "header";
  required: boolean;
  schema: JsonSchema;
  description?: string;
}

export interface DocumentedAnswer {
  description: string;
  content?: Record<string, Content>;
}

interface Content {
  schema: JsonSchema;
  example?: unknown;
}

export interface JsonSchema {
  type?: string;
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  [keyword: string]: unknown;
}

/**
 * The shop's API as an OpenAPI document, made from the table of routes: https://spec.openapis.org/oas/v3.1.1.html
 *
 * Answers may get more fields in a later version, so the document allows them; with `allowsMore: false` it describes what this version
 * answers, for tests.
 */
export function apiDocument({ allowsMore = true }: { allowsMore?: boolean } = {}): ApiDocument {
  const paths: ApiDocument["paths"] = {};
  for (const [key, route] of Object.entries<Route<RouteDependencies>>(ROUTES)) {
    paths[route.path] = { [route.method.toLowerCase()]: operation(key, route, allowsMore) };
  }
  return {
    openapi: "3.1.1",
    info: {
      title: "Static Checkout",
      version: packageJson.version,
      description:
        "What a shop's functions answer. Amounts are integers in the smallest unit of their currency: 1250 is 12.50 EUR, or 1250 JPY.",
    },
    paths,
    components: {
      schemas: { Error: jsonSchema(errorSchema, allowsMore) },
      securitySchemes: { bearer: { type: "http", scheme: "bearer" } },
    },
  };
}

function operation(operationId: string, route: Route<RouteDependencies>, allowsMore: boolean): Operation {
  const { summary, details, query = {}, requestHeaders = {}, bearer, body } = route;
  const description = [details, bearer && `Bearer token: ${bearer.description}`].filter(Boolean).join(" ");
  const parameters = [
    ...Object.entries(query).map(([name, schema]) => parameter("query", name, schema)),
    ...Object.entries(requestHeaders).map(([name, schema]) => parameter("header", name, schema)),
  ];
  return {
    operationId,
    summary,
    ...(description !== "" && { description }),
    ...(bearer && { security: [...(bearer.isOptional ? [{}] : []), { bearer: [] as [] }] }),
    parameters,
    ...(body !== undefined && { requestBody: { required: true, content: requestContent(body) } }),
    responses: responses(route, allowsMore),
  };
}

function parameter(place: Parameter["in"], name: string, schema: z.ZodMiniType): Parameter {
  const { description, ...rest } = jsonSchema(schema, true);
  const required = !z.safeParse(schema, undefined).success;
  return { name, in: place, required, schema: rest, ...(description !== undefined && { description }) };
}

function requestContent({
  schema,
  example,
  alsoAsForm,
}: NonNullable<Route<RouteDependencies>["body"]>): Record<string, Content> {
  const content = { schema: jsonSchema(schema, true), example };
  return {
    "application/json": content,
    ...(alsoAsForm && { "application/x-www-form-urlencoded": content }),
  };
}

function responses(route: Route<RouteDependencies>, allowsMore: boolean): Operation["responses"] {
  const answers = Object.entries<Answer>(route.answers).map(
    ([status, { description, schema, contentType }]) => {
      const content = (schema ?? contentType) && {
        ...(schema && { "application/json": { schema: jsonSchema(schema, allowsMore) } }),
        ...(contentType && { [contentType]: { schema: {} } }),
      };
      return [status, { description, ...(content && { content }) }] as const;
    },
  );
  const documented: Operation["responses"] = Object.fromEntries(answers);
  for (const [status, codes] of Object.entries(errorsOf(route))) {
    const schema = errorWith(codes);
    const error = {
      description: ERRORS[status] ?? "The request was refused.",
      content: {
        "application/json": { schema },
        // A body of another type is no form, and only a form gets this page.
        ...(route.rendersErrors && status !== "415" && { "text/html": { schema: { type: "string" } } }),
      },
    };
    const answer = documented[status]?.content?.["application/json"]?.schema;
    documented[status] =
      answer === undefined
        ? error
        : {
            description: documented[status]?.description ?? "",
            content: { ...error.content, "application/json": { schema: { anyOf: [answer, schema] } } },
          };
  }
  return documented;
}

function errorsOf(route: Route<RouteDependencies>): Record<string, readonly string[]> {
  const all: Record<string, readonly string[]> = { ...route.errors };
  for (const [status, codes] of Object.entries<readonly string[]>(COMMON_ERRORS)) {
    const own = codes.filter((code) => code !== "shop_not_configured" || route.closed === undefined);
    all[status] = [...(all[status] ?? []), ...own].toSorted();
  }
  return all;
}

const errorSchema = z.object({
  error: z.object({
    code: z.string().check(z.describe("Stable, for programs.")),
    message: z.string().check(z.describe("For people; it says what they can do.")),
  }),
  requestId: z.string().check(z.describe("The log has a line with this id.")),
});

function errorWith(codes: readonly string[]): JsonSchema {
  const code = { properties: { error: { properties: { code: { enum: [...codes] } } } } };
  return { allOf: [{ $ref: "#/components/schemas/Error" }, code] };
}

/** `io: "input"` leaves out `additionalProperties: false`, except for what a route refuses. */
function jsonSchema(schema: z.ZodMiniType, allowsMore: boolean): JsonSchema {
  const { $schema: _, ...rest } = toJSONSchema(schema, { io: allowsMore ? "input" : "output" });
  return rest as JsonSchema;
}

const ERRORS: Readonly<Record<string, string>> = {
  400: "The request is wrong.",
  401: "The secret is missing or wrong.",
  403: "Not allowed.",
  404: "There is nothing here, or not for this caller.",
  405: "Another method is needed; `Allow` names it.",
  409: "Not possible in this state.",
  413: "The body is too large.",
  415: "The body has another type.",
  429: "Too often; `Retry-After` says how many seconds to wait.",
  500: "Something is wrong in the shop; the log says what.",
  502: "Stripe refused; the log says why.",
  503: "Not right now; `Retry-After` says how many seconds to wait.",
};
