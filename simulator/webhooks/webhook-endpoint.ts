/** Where the account sends its events. */
export interface WebhookEndpoint {
  url: string;
  /** `whsec_…`; two while a secret is being rolled. */
  secret: string | readonly string[];
  /** Whole events with their object, or thin notifications that only name it. Default: snapshot. */
  format?: "snapshot" | "thin";
  /** Event types, `*` for all. Default: all. */
  enabledEvents?: readonly string[];
  /** Survives restarts as long as it stays the same. Default: `we_1`, `we_2` … in order. */
  id?: string;
}

export interface KnownEndpoint {
  id: string;
  url: string;
  secrets: readonly string[];
  format: "snapshot" | "thin";
  enabledEvents: readonly string[];
}

export function knownEndpoints(endpoints: readonly WebhookEndpoint[]): KnownEndpoint[] {
  return endpoints.map((endpoint, index) => ({
    id: endpoint.id ?? `we_${index + 1}`,
    url: endpoint.url,
    secrets: typeof endpoint.secret === "string" ? [endpoint.secret] : endpoint.secret,
    format: endpoint.format ?? "snapshot",
    enabledEvents: endpoint.enabledEvents ?? ["*"],
  }));
}
