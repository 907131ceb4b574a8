import type { SimulatedState } from "../state/state.ts";
import { StripeApiError } from "./errors.ts";
import { expandableFields, type Field } from "./expandable-fields.ts";
import type { List } from "./pagination.ts";

type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/**
 * https://docs.stripe.com/expand: at most four levels, unknown paths are refused. The given value stays untouched: expanded paths are
 * copied, everything else is shared.
 */
export function expand<T extends { object: string }>(state: SimulatedState, value: T, paths: string[]): T {
  return paths.reduce<JsonObject>(
    (expanded, path) => {
      const segments = path.split(".");
      if (segments.length > 4) {
        throw new StripeApiError("You cannot expand more than 4 levels of a property.", { param: "expand" });
      }
      checkPath(value.object, segments, path);
      return expandPath(state, expanded, value.object, segments, path);
    },
    value as unknown as JsonObject,
  ) as unknown as T;
}

/** Lists are expanded through `data.`: `expand: ["data.payment_intent"]`. */
export function expandList<T extends object>(
  state: SimulatedState,
  list: List<T>,
  itemType: string,
  paths: string[],
): List<T> {
  return paths.reduce((expanded, path) => {
    const [first, ...rest] = path.split(".");
    if (first !== "data" || rest.length === 0) {
      const hint = first === "data" ? "" : ` You may want to try expanding 'data.${path}' instead.`;
      throw new StripeApiError(`This property cannot be expanded (${path}).${hint}`, { param: "expand" });
    }
    checkPath(itemType, rest, path);
    const data = expanded.data.map((item) =>
      expandPath(state, item as unknown as JsonObject, itemType, rest, path),
    );
    return { ...expanded, data: data as unknown as T[] };
  }, list);
}

function expandPath(
  state: SimulatedState,
  owner: JsonObject,
  type: string,
  segments: string[],
  wholePath: string,
): JsonObject {
  const { field, path, rest } = nextField(type, segments, wholePath);
  return replaceAt(owner, path, (value) => {
    const found = lookUp(state, owner, value, field);
    const object = asObject(found);
    if (rest.length === 0 || object === undefined) return found;
    if (field.kind === "reference" || field.kind === "included") {
      return expandPath(state, object, field.to, rest, wholePath);
    }
    const items = Array.isArray(object["data"]) ? object["data"] : [];
    if (rest.length === 1) return found;
    const data = items.map((item) => {
      const itemObject = asObject(item);
      return itemObject === undefined
        ? item
        : expandPath(state, itemObject, field.of, rest.slice(1), wholePath);
    });
    return { ...object, data };
  });
}

/** What an expandable field shows instead of its value. */
function lookUp(state: SimulatedState, owner: JsonObject, value: Json, field: Field): Json {
  if (field.kind === "reference" && typeof value === "string") {
    return (field.find(state, value) ?? value) as Json;
  }
  if (field.kind === "list" && (value === undefined || value === null)) {
    return field.make(state, idOf(owner)) as unknown as Json;
  }
  return value;
}

/** A copy of `owner` with another value at `path`, or `owner` itself if there is nothing on the way. */
function replaceAt(owner: JsonObject, path: string[], replace: (value: Json) => Json): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return owner;
  if (rest.length === 0) return { ...owner, [key]: replace(owner[key]) };
  const next = asObject(owner[key]);
  return next === undefined ? owner : { ...owner, [key]: replaceAt(next, rest, replace) };
}

/** Refuses a wrong path even where the value is null today, as Stripe does. */
function checkPath(type: string, segments: string[], wholePath: string): void {
  if (segments.length === 0) return;
  const { field, rest } = nextField(type, segments, wholePath);
  if (rest.length === 0) return;
  if (field.kind === "reference" || field.kind === "included") {
    checkPath(field.to, rest, wholePath);
    return;
  }
  if (rest[0] !== "data") throw cannotExpand(wholePath);
  checkPath(field.of, rest.slice(1), wholePath);
}

/** The types of the objects and list items that an expansion brings in, outermost first. */
export function expandedTypes(type: string, path: string): string[] {
  const types: string[] = [];
  let owner = type;
  let segments = path.split(".");
  while (segments.length > 0) {
    const { field, rest } = nextField(owner, segments, path);
    const isList = field.kind === "list" || field.kind === "included list";
    owner = isList ? field.of : field.to;
    // An object that is always there needs no permission beyond its owner's.
    if (field.kind === "reference" || field.kind === "list") types.push(owner);
    segments = isList ? rest.slice(1) : rest;
  }
  return types;
}

function nextField(type: string, segments: string[], wholePath: string) {
  const known = expandableFields[type] ?? {};
  for (let length = 1; length <= segments.length; length += 1) {
    const path = segments.slice(0, length);
    const name = path.join(".");
    const field = Object.hasOwn(known, name) ? known[name] : undefined;
    if (field !== undefined) return { field, path, rest: segments.slice(length) };
  }
  throw cannotExpand(wholePath);
}

function cannotExpand(path: string): StripeApiError {
  return new StripeApiError(`This property cannot be expanded (${path}).`, { param: "expand" });
}

function idOf(value: JsonObject): string {
  return typeof value["id"] === "string" ? value["id"] : "";
}

function asObject(value: Json): JsonObject | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}
