import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";

import type { SeededBug, SourcePatch } from "./seeded-bug.ts";

const ROOT = new URL("../../../", import.meta.url);

/** Loads modules with the bug in them from now on. Call it before the shop's first module is loaded. */
export function applyPatches(bug: SeededBug): void {
  const sources = patchedSources(bug);
  registerHooks({
    load(url, context, nextLoad) {
      const source = sources.get(url);
      return source === undefined
        ? nextLoad(url, context)
        : { format: "module-typescript", source, shortCircuit: true };
    },
  });
}

/**
 * Sources by URL.
 * @throws when a snippet does not stand in its file exactly once: the shop has changed, and the patch has to follow.
 */
export function patchedSources({ name, patches }: SeededBug): Map<string, string> {
  const sources = new Map<string, string>();
  for (const patch of patches) {
    const url = new URL(patch.file, ROOT);
    const source = sources.get(url.href) ?? readFileSync(url, "utf8");
    sources.set(url.href, applyPatch(name, patch, source));
  }
  return sources;
}

/** A formatter may break lines elsewhere; that does not count as a change. */
function applyPatch(bug: string, { file, find, replace }: SourcePatch, source: string): string {
  const words = find
    .trim()
    .split(/\s+/)
    .map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}]/g, "\\$&"));
  const pattern = new RegExp(words.join(String.raw`\s+`), "g");
  const found = source.match(pattern)?.length ?? 0;
  if (found !== 1) {
    throw new Error(
      `The seeded bug "${bug}" does not apply: its snippet stands in ${file} ${found} times instead of once. Seed it anew:\n${find}`,
    );
  }
  return source.replace(pattern, () => replace);
}
