/** Variables as a host gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** An empty variable counts as not set. */
export function withoutEmpty(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => (entry[1] ?? "").trim() !== ""),
  );
}
