import type { Environment } from "../../core/config/environment.ts";
import { isLoopbackHost } from "../../core/config/loopback.ts";

const DYNAMODB = [
  "DYNAMODB_TABLE",
  "DYNAMODB_REGION",
  "DYNAMODB_ACCESS_KEY_ID",
  "DYNAMODB_SECRET_ACCESS_KEY",
  "DYNAMODB_ENDPOINT",
] as const;

/** The ways orders leave the shop: the variable with the address, and all variables that belong to it. */
const WAYS_OUT = [
  // Without an address it is Amazon's.
  { address: "DYNAMODB_ENDPOINT", variables: DYNAMODB },
  { address: "OWNER_WEBHOOK_URL", variables: ["OWNER_WEBHOOK_URL"] },
  { address: "ORDER_WEBHOOK_URL", variables: ["ORDER_WEBHOOK_URL", "ORDER_WEBHOOK_SECRET"] },
] as const;

/**
 * The variables that would carry simulated orders off this machine: into the owner's real table, chat or server, where they would look like
 * real sales. `.env` has these variables for the owner's commands. Addresses on this machine may be used.
 */
export function leadsElsewhere(environment: Environment): string[] {
  return WAYS_OUT.filter(({ address }) => !isOnThisMachine(environment[address])).flatMap(({ variables }) =>
    variables.filter((name) => environment[name]),
  );
}

export function withoutTable(environment: Environment): Environment {
  return without(environment, DYNAMODB);
}

export function without(environment: Environment, names: readonly string[]): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.includes(name)));
}

function isOnThisMachine(address = ""): boolean {
  return isLoopbackHost(URL.parse(address)?.hostname ?? "");
}
