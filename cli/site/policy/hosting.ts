import { existsSync } from "node:fs";
import { join } from "node:path";

import type { Environment } from "../../../core/config/environment.ts";

export type Host = "vercel" | "netlify";

/** The hosts that the site is deployed to, as far as the machine or the project shows; both hosts when neither does. */
export function hostsOf(root: string, environment: Environment): readonly Host[] {
  if (environment["VERCEL"]) return ["vercel"];
  if (environment["NETLIFY"]) return ["netlify"];
  // Their tools leave these when they link a project.
  const isOnVercel = existsSync(join(root, ".vercel/project.json"));
  const isOnNetlify = existsSync(join(root, ".netlify/state.json"));
  if (isOnVercel === isOnNetlify) return ["vercel", "netlify"];
  return [isOnVercel ? "vercel" : "netlify"];
}
