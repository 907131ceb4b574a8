/** The object, if it was expanded. */
export function expanded<T extends { id: string }>(value: string | T | null | undefined): T | undefined {
  return value === null || typeof value === "string" ? undefined : value;
}

/** The id of an object that may have been expanded. */
export function idOf(value: string | { id: string } | null | undefined): string | undefined {
  return typeof value === "string" ? value : value?.id;
}
