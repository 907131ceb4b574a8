import type { SimulatedState } from "../state/state.ts";
import { StripeApiError } from "./errors.ts";
import { expandableFields } from "./expandable-fields.ts";
import type { List } from "./pagination.ts";

type Json = string | number | boolean | null | undefined | Json[] | { [key: string]: Json };
type JsonObject = { [key: string]: Json };

/** https://docs.stripe.com/expand: at most four levels, unknown paths are refused. The original stays untouched. */
export function expand<T extends { object: string }>(state: SimulatedState, value: T, paths: string[]): T {
  const copy = structuredClone(value);
  for (const path of paths) {
    const segments = path.split(".");
    if (segments.length > 4) {
      throw new StripeApiError("You cannot expand more than 4 levels of a property.", { param: "expand" });
    }
    expandPath(state, copy, copy.object, segments, path);
  }
  return copy;
}

/** Lists are expanded through `data.`: `expand: ["data.payment_intent"]`. */
export function expandList<T extends object>(
  state: SimulatedState,
  list: List<T>,
  itemType: string,
  paths: string[],
): List<T> {
  const copy = structuredClone(list);
  for (const path of paths) {
    const [first, ...rest] = path.split(".");
    if (first !== "data" || rest.length === 0) {
      const hint = first === "data" ? "" : ` You may want to try expanding 'data.${path}' instead.`;
      throw new StripeApiError(`This property cannot be expanded (${path}).${hint}`, { param: "expand" });
    }
    checkPath(itemType, rest, path);
    for (const item of copy.data) expandPath(state, item as unknown as JsonObject, itemType, rest, path);
  }
  return copy;
}

function expandPath(
  state: SimulatedState,
  owner: JsonObject,
  type: string,
  segments: string[],
  wholePath: string,
): void {
  checkPath(type, segments, wholePath);
  const { field, path, rest } = nextField(type, segments, wholePath);
  const holder = path.slice(0, -1).reduce<Json>((value, key) => asObject(value)?.[key], owner);
  const target = asObject(holder);
  const key = path.at(-1);
  if (target === undefined || key === undefined) return;

  if (field.kind === "reference") {
    const id = target[key];
    if (typeof id === "string") target[key] = structuredClone(field.find(state, id) ?? id) as Json;
  } else if (field.kind === "list") {
    target[key] ??= structuredClone(field.make(state, idOf(owner))) as unknown as Json;
  }
  if (rest.length === 0) return;
  const expanded = asObject(target[key]);
  if (expanded === undefined) return;
  if (field.kind === "reference" || field.kind === "included") {
    expandPath(state, expanded, field.to, rest, wholePath);
    return;
  }
  const items = Array.isArray(expanded["data"]) ? expanded["data"] : [];
  for (const item of items) {
    const object = asObject(item);
    if (object !== undefined && rest.length > 1)
      expandPath(state, object, field.of, rest.slice(1), wholePath);
  }
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
