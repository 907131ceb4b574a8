import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseEnv } from "node:util";

import { ConfigError, parseConfig, type Environment } from "../core/config.ts";
import { createJsonLog } from "../core/log.ts";
import { openShop, type Shop } from "../core/shop.ts";
import { realSurroundings } from "../core/surroundings.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The variables of .env, under those of the shell. */
export function ownerEnvironment(): Environment {
  const file = join(root, ".env");
  return { ...(existsSync(file) ? parseEnv(readFileSync(file, "utf8")) : {}), ...process.env };
}

/** The shop that .env and the shell describe, for a command of its owner's. Ends the process with a sentence when it is wrong. */
export function openOwnerShop(): Shop {
  try {
    // The log goes to standard error, so that a command's own output can be read by a program.
    const log = createJsonLog((line) => console.error(line), Date.now);
    return openShop(parseConfig(ownerEnvironment()), { ...realSurroundings(), log });
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.problems.join("\n"));
    throw error;
  }
}

export function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
