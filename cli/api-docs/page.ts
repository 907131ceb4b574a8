import { html, type Html } from "../../core/format/html.ts";
import type { ApiDocument, DocumentedAnswer, JsonSchema, Operation, Parameter } from "./document.ts";

/**
 * The API as a page: no script, and no style but the file beside it, so it works under the strictest policy. `folder` is the path of both, such as
 * `/api-docs/`: hosts show the page at `/api-docs`, too.
 */
export function apiPage({ info, paths }: ApiDocument, folder: string): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${info.title}: API</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="${folder}style.css" />
      </head>
      <body>
        <main>
          <h1>${info.title}: API</h1>
          <p>${prose(info.description)}</p>
          <p>Version ${info.version}, as <a href="${folder}openapi.json">OpenAPI document</a>.</p>
          ${operations.map(route)}
        </main>
      </body>
    </html> `.markup;
}

function route({ path, method, operation }: { path: string; method: string; operation: Operation }): Html {
  const { operationId, summary, description, parameters, requestBody, responses } = operation;
  const types = Object.entries(requestBody?.content ?? {});
  const [, body] = types[0] ?? [];
  return html` <details id="${operationId}">
    <summary>
      <code><b>${method.toUpperCase()}</b> ${path}</code> <span>${summary}</span>
    </summary>
    ${description === undefined ? undefined : html`<p>${prose(description)}</p>`}
    ${
      parameters.length === 0
        ? undefined
        : html`<h2>It takes</h2>
            ${fields(parameters.map(parameterRow))}`
    }
    ${
      body === undefined
        ? undefined
        : html`<h2>It takes a body</h2>
            <p>
              As ${types.map(([type], index) => html`${index === 0 ? "" : " or "}<code>${type}</code>`)}, such
              as
            </p>
            <pre><code>${JSON.stringify(body.example, undefined, 2)}</code></pre>
            ${fields(rows(body.schema))}`
    }
    <h2>It answers</h2>
    ${Object.entries(responses).map(answer)}
  </details>`;
}

interface Row {
  name: string;
  type: string;
  isOptional: boolean;
  description: string | undefined;
}

function parameterRow({ name, in: place, required, schema, description }: Parameter): Row {
  return { name, type: place === "query" ? typeOf(schema) : "header", isOptional: !required, description };
}

function answer([status, { description, content = {} }]: [string, DocumentedAnswer]): Html {
  const json = content["application/json"]?.schema;
  const codes = json === undefined ? undefined : errorCodes(json);
  const otherwise = otherTypes(json, codes);
  const others = Object.keys(content).filter((type) => type !== "application/json");
  return html` <section>
    <h3>${status} <span>${prose(description)}</span></h3>
    ${codes === undefined ? undefined : html`<p>${codes.map((code, index) => html`${index === 0 ? "" : " "}<code>${code}</code>`)}</p>`}
    ${json === undefined || codes !== undefined ? undefined : fields(rows(json))}
    ${others.length === 0 ? undefined : html`<p>${otherwise} <code>${others.join(", ")}</code>.</p>`}
  </section>`;
}

function otherTypes(json: JsonSchema | undefined, codes: readonly string[] | undefined): string {
  if (codes !== undefined) return "For a browser also as";
  return json === undefined ? "As" : "Also as";
}

function errorCodes({ allOf }: JsonSchema): string[] | undefined {
  const [, own] = allOf ?? [];
  return own?.properties?.["error"]?.properties?.["code"]?.enum?.map(String);
}

function fields(all: readonly Row[]): Html {
  return html`<dl>
    ${all.map(
      ({ name, type, isOptional, description }) =>
        html`<div>
          <dt><code>${name}</code> <span>${type}${isOptional ? ", optional" : ""}</span></dt>
          <dd>${description === undefined ? undefined : prose(description)}</dd>
        </div>`,
    )}
  </dl>`;
}

/** One row per field; those of an object inside are named with a dot, those of a list's items with `[]`. */
function rows(schema: JsonSchema, prefix = "", isOptional = false): Row[] {
  return (schema.oneOf ?? schema.anyOf ?? [schema]).flatMap((variant) =>
    Object.entries(variant.properties ?? {}).flatMap(([name, field]) => {
      const optional = isOptional || variant.required?.includes(name) !== true;
      const inside = field.items ?? field;
      const path = `${prefix}${name}${field.items === undefined ? "" : "[]"}`;
      return [
        { name: path, type: typeOf(field), isOptional: optional, description: field.description },
        ...rows({ ...inside, description: "" }, `${path}.`),
      ];
    }),
  );
}

function typeOf(schema: JsonSchema): string {
  const { type, items, enum: values, const: only, oneOf, anyOf } = schema;
  if (only !== undefined) return JSON.stringify(only);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(" | ");
  if (items !== undefined) return `list of ${typeOf(items)}`;
  const variants = oneOf ?? anyOf;
  if (variants !== undefined) return [...new Set(variants.map(typeOf))].join(" | ");
  return typeof schema["format"] === "string" ? `${type}, ${schema["format"]}` : (type ?? "anything");
}

/** Text with `code` and addresses in it. */
function prose(text: string): Html {
  const parts = text.split(/(`[^`]+`|https:\/\/\S+[\w/])/);
  const shown = parts.map((part) => {
    if (part.startsWith("`")) return html`<code>${part.slice(1, -1)}</code>`;
    return part.startsWith("https://") ? html`<a href="${part}">${part}</a>` : html`${part}`;
  });
  return html`${shown}`;
}
