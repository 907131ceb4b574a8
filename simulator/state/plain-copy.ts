/**
 * A deep copy of plain JSON, which is all the state holds; several times as fast as `structuredClone`, and a
 * simulation copies millions of objects.
 */
export function plainCopy<T>(value: T): T {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: unknown) => plainCopy(item)) as T;
  const copy = { ...value } as Record<string, unknown>;
  for (const key of Object.keys(copy)) {
    const field = copy[key];
    if (typeof field === "object" && field !== null) copy[key] = plainCopy(field);
  }
  return copy as T;
}
