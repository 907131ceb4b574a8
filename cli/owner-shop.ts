import { fileURLToPath } from "node:url";

import { ConfigError } from "../core/config/config-error.ts";
import { parseConfig } from "../core/config/config.ts";
import type { Environment } from "../core/config/environment.ts";
import { createJsonLog } from "../core/log/log.ts";
import { openShop, type Shop } from "../core/services.ts";
import { realRuntime } from "../core/runtime.ts";
import { readDotEnv } from "./dot-env.ts";
import { loadSite, type LoadedSite } from "./site/load-site.ts";
import { SiteError } from "./site/site-error.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The shop that .env and the shell describe, for an owner's command. Ends the process with a sentence when it is wrong. */
export async function openOwnerShop(): Promise<Shop> {
  // The log goes to standard error, so that a command's own output can be read by a program.
  const log = createJsonLog((line) => console.error(line), Date.now);
  const config = readConfig(parseConfig);
  return openShop(config, await readSite(), { ...realRuntime(), log });
}

/** What shop.config.ts and the pages say. Ends the process with a sentence for each mistake in them. */
export async function readSite(): Promise<LoadedSite> {
  try {
    return await loadSite(root);
  } catch (error) {
    if (error instanceof SiteError) return fail(error.problems.join("\n"));
    throw error;
  }
}

/** What `parse` makes of the variables. Ends the process with a sentence for each that is wrong. */
export function readConfig<T>(parse: (environment: Environment) => T): T {
  try {
    return parse(ownerEnvironment());
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.problems.join("\n"));
    throw error;
  }
}

/** What `parse` makes of the variables; undefined when it refuses them, and then its sentences are added to `problems`. */
export function collectConfig<T>(parse: (environment: Environment) => T, problems: string[]): T | undefined {
  try {
    return parse(ownerEnvironment());
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...error.problems);
    return undefined;
  }
}

/** The variables of .env, under those of the shell. */
export function ownerEnvironment(): Environment {
  return { ...readDotEnv(root), ...process.env };
}

/** The arguments of a command. Ends the process when `--help` is among them, with the text. */
export function readArguments(help: string): readonly string[] {
  const given = process.argv.slice(2);
  if (given.includes("--help") || given.includes("-h")) {
    console.log(help);
    process.exit(0);
  }
  return given;
}

export function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

/** For `catch`: the message without its stack, which is of no use to an owner. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
