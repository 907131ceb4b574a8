import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { watchOutput } from "../support/watch-output.ts";

export interface Finished {
  exitCode: number | null;
  /** Standard output. */
  output: string;
  /** Standard error. */
  complaints: string;
}

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Empty counts as not set, and overrides a developer's own .env. */
const NOTHING_SET = {
  STRIPE_SECRET_KEY: "",
  STRIPE_WEBHOOK_SECRET: "",
  STRIPE_API_BASE: "",
  SITE_URL: "",
  SHOP_ID: "",
  URL: "",
  CRON_SECRET: "",
  SMTP_URL: "",
  OWNER_EMAIL: "",
  FILES_BUCKET: "",
  LICENSE_PRIVATE_KEY: "",
  DYNAMODB_TABLE: "",
  DYNAMODB_REGION: "",
  DYNAMODB_ACCESS_KEY_ID: "",
  DYNAMODB_SECRET_ACCESS_KEY: "",
  DYNAMODB_ENDPOINT: "",
};

/** The environment of an owner's command: these variables, and nothing from the machine that runs the tests. */
export function ownerEnvironment(variables: Record<string, string>): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"], ...NOTHING_SET, ...variables };
}

/** Runs `npm run <command>` as an owner would, but without npm; in this project, or in a copy of it. */
export async function runOwnerCommand(
  command: "build" | "check" | "create-table" | "license-keys" | "reconcile" | "replay" | "settle",
  parameters: readonly string[],
  environment: Record<string, string>,
  project = ROOT,
): Promise<Finished> {
  const script = join(project, `cli/${command}.ts`);
  const guard = join(project, "cli/require-node.cjs");
  const child = spawn(process.execPath, ["-r", guard, script, ...parameters], {
    env: ownerEnvironment(environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [output, complaints] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, "close"),
  ]);
  watchOutput(output);
  watchOutput(complaints);
  return { exitCode: child.exitCode, output, complaints };
}
