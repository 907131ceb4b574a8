import { createHash } from "node:crypto";

/** One Content-Security-Policy: what each directive allows, as it is written. https://www.w3.org/TR/CSP3/ */
export type ContentPolicy = ReadonlyMap<string, readonly string[]>;

/** What is in the page itself and not in a file: a script, a style, an event handler. */
export interface Inline {
  text: string;
  nonce?: string | undefined;
}

/** The directive that applies when one is missing. Those that are not listed, such as form-action, have no fallback. */
const FALLBACKS: Readonly<Record<string, readonly string[]>> = {
  "script-src-elem": ["script-src", "default-src"],
  "script-src-attr": ["script-src", "default-src"],
  "style-src-elem": ["style-src", "default-src"],
  "style-src-attr": ["style-src", "default-src"],
  "frame-src": ["child-src", "default-src"],
  "img-src": ["default-src"],
  "font-src": ["default-src"],
  "media-src": ["default-src"],
  "object-src": ["default-src"],
  "connect-src": ["default-src"],
  "manifest-src": ["default-src"],
};

/** The policies of a header's value: several when they are separated by commas, and then all of them count. */
export function parsePolicies(value: string): ContentPolicy[] {
  return value
    .split(",")
    .map(parsePolicy)
    .filter((policy) => policy.size > 0);
}

function parsePolicy(value: string): ContentPolicy {
  const directives = new Map<string, readonly string[]>();
  for (const part of value.split(";")) {
    const [name, ...sources] = part.trim().split(/\s+/);
    // The first of two with the same name counts.
    if (name && !directives.has(name.toLowerCase())) directives.set(name.toLowerCase(), sources);
  }
  return directives;
}

/** The directive of a policy that decides; undefined when it says nothing about this, and so allows it. */
export function decidingDirective(policy: ContentPolicy, directive: string): string | undefined {
  return [directive, ...(FALLBACKS[directive] ?? [])].find((name) => policy.has(name));
}

/** Whether a page of `site` may load this address, or send a form to it. */
export function allowsAddress(
  policy: ContentPolicy,
  directive: string,
  address: URL,
  site: URL,
  nonce?: string,
): boolean {
  const sources = sourcesOf(policy, directive);
  if (sources === undefined) return true;
  if (nonce !== undefined && sources.includes(`'nonce-${nonce}'`)) return true;
  if (directive.startsWith("script-") && sources.includes("'strict-dynamic'")) return false;
  return sources.some((source) => matches(source, address, site));
}

/** Whether the policy allows something that is in the page itself. */
export function allowsInline(policy: ContentPolicy, directive: string, { text, nonce }: Inline): boolean {
  const sources = sourcesOf(policy, directive);
  if (sources === undefined) return true;
  if (nonce !== undefined && sources.includes(`'nonce-${nonce}'`)) return true;
  const isAttribute = directive.endsWith("-attr");
  if (!isAttribute || sources.includes("'unsafe-hashes'")) {
    if (["sha256", "sha384", "sha512"].some((name) => sources.includes(hashSource(name, text)))) return true;
  }
  // Beside a nonce or a hash it is ignored.
  const isStrict = sources.some((source) => /^'(?:nonce-|sha\d+-|strict-dynamic')/i.test(source));
  return sources.includes("'unsafe-inline'") && !isStrict;
}

function sourcesOf(policy: ContentPolicy, directive: string): readonly string[] | undefined {
  const name = decidingDirective(policy, directive);
  return name === undefined ? undefined : policy.get(name);
}

function hashSource(algorithm: string, text: string): string {
  return `'${algorithm}-${createHash(algorithm).update(text).digest("base64")}'`;
}

function matches(source: string, address: URL, site: URL): boolean {
  const written = source.toLowerCase();
  if (written === "'self'") return isSameSite(address, site);
  if (written === "*") return isNetwork(address) || address.protocol === site.protocol;
  if (/^[a-z][a-z0-9+.-]*:$/.test(written)) return allowsScheme(written, address.protocol);
  return matchesHost(source, address, site);
}

/** The same origin, or the same host over https. */
function isSameSite(address: URL, site: URL): boolean {
  if (address.hostname !== site.hostname || !isNetwork(address)) return false;
  if (address.protocol === site.protocol) return address.port === site.port;
  return allowsScheme(site.protocol, address.protocol) && address.port === "" && site.port === "";
}

function isNetwork({ protocol }: URL): boolean {
  return ["http:", "https:", "ws:", "wss:"].includes(protocol);
}

/** What is allowed over http is allowed over https, too. */
function allowsScheme(written: string, protocol: string): boolean {
  return written === protocol || `${written.slice(0, -1)}s:` === protocol;
}

const HOST = /^(?:([a-z][a-z0-9+.-]*:)\/\/)?(\*|(?:\*\.)?[a-z0-9.-]+)(?::(\d+|\*))?(\/[^?#]*)?$/i;

function matchesHost(source: string, address: URL, site: URL): boolean {
  const [, scheme, host, port, path] = HOST.exec(source) ?? [];
  if (host === undefined || !isNetwork(address)) return false;
  if (!allowsScheme((scheme ?? site.protocol).toLowerCase(), address.protocol)) return false;
  return (
    isHost(host.toLowerCase(), address.hostname) && isPort(port, address) && isPath(path, address.pathname)
  );
}

function isHost(written: string, hostname: string): boolean {
  if (written === "*") return true;
  return written.startsWith("*.") ? hostname.endsWith(written.slice(1)) : hostname === written;
}

/** An address without a port has that of its scheme, and the URL hides it. */
function isPort(written: string | undefined, { port, protocol }: URL): boolean {
  if (written === undefined) return port === "";
  if (written === "*" || written === port) return true;
  return port === "" && written === (["https:", "wss:"].includes(protocol) ? "443" : "80");
}

/** A folder, with its last slash, stands for all that is in it. */
function isPath(written: string | undefined, pathname: string): boolean {
  if (written === undefined) return true;
  return written.endsWith("/") ? pathname.startsWith(written) : pathname === written;
}
