import { allowsAddress, allowsInline, decidingDirective, type ContentPolicy } from "./content-policy.ts";
import type { PageThing } from "./page-things.ts";

/** A policy that browsers apply to one page, and the file that sets it. */
export interface AppliedPolicy {
  file: string;
  policy: ContentPolicy;
}

export interface Refusal {
  thing: PageThing;
  /** The address in full; undefined for what is in the page itself. */
  address: URL | undefined;
  /** The directive to change. */
  directive: string;
  /** The policy has no such directive yet: `default-src` applies. */
  isNew: boolean;
  policyFiles: readonly string[];
}

/** A page as its browser sees it. */
export interface PageAddresses {
  page: URL;
  /** What `<base>` says, if there is one. */
  base: string | undefined;
  /** The origin that counts as the page's own. */
  site: URL;
}

/** Those of `things` that at least one of the page's policies refuses. */
export function refusalsOf(
  things: readonly PageThing[],
  applied: readonly AppliedPolicy[],
  { page, base, site }: PageAddresses,
): Refusal[] {
  const baseAddress = URL.parse(base ?? "", page.href);
  const isBaseAllowed =
    baseAddress !== null &&
    applied.every(({ policy }) => allowsAddress(policy, "base-uri", baseAddress, site));
  const from = isBaseAllowed ? baseAddress : page;

  return things.flatMap((thing) => {
    const address = thing.kind === "inline" ? undefined : URL.parse(thing.written, from.href);
    // No browser loads it either.
    if (address === null) return [];
    const refusing = applied.filter(({ policy }) => !isAllowed(policy, thing, address, site));
    return refusing.length === 0 ? [] : [{ thing, address, ...whatToChange(refusing, thing) }];
  });
}

function isAllowed(policy: ContentPolicy, thing: PageThing, address: URL | undefined, site: URL): boolean {
  if (thing.kind === "inline") return allowsInline(policy, thing.directive, thing);
  return address === undefined || allowsAddress(policy, thing.directive, address, site, thing.nonce);
}

function whatToChange(
  refusing: readonly AppliedPolicy[],
  { directive }: PageThing,
): Pick<Refusal, "directive" | "isNew" | "policyFiles"> {
  const [first] = refusing;
  const deciding = first && decidingDirective(first.policy, directive);
  const isNew = deciding === undefined || deciding === "default-src";
  return {
    directive: isNew ? directive.replace(/-(?:elem|attr)$/, "") : deciding,
    isNew,
    policyFiles: [...new Set(refusing.map(({ file }) => file))],
  };
}
