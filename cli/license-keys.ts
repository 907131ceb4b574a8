import { randomBytes } from "node:crypto";

import { readLicenseKeys } from "../core/config/licenses.ts";
import { ConfigError } from "../core/config/config-error.ts";
import type { Environment } from "../core/config/environment.ts";
import {
  dayOf,
  formatSigningKey,
  privateKeyOf,
  publicKeyOf,
  type SigningKey,
} from "../core/delivery/licenses/signing-key.ts";
import { fail, readArguments, readConfig } from "./owner-shop.ts";

const HELP = `Makes the key pair that signs and verifies license keys, and prints what to put where. It writes nothing: an existing key is never
overwritten.

  npm run license:keys                          a new pair
  npm run license:keys -- --from 2027-03-01     one that takes over on that day from the key in LICENSE_PRIVATE_KEY
  npm run license:keys -- --public              the public keys that belong to LICENSE_PRIVATE_KEY

LICENSE_PRIVATE_KEY is read from .env or from the shell.

docs/licenses.md says how your software verifies a license key.`;

const DAY_MS = 24 * 3_600_000;

/**
 * A key that takes over must be deployed, and known to the software out there, before its first day: orders made until then would
 * otherwise get other license keys than they had.
 */
const TIME_TO_DEPLOY_MS = 7 * DAY_MS;

const [option, value, ...others] = readArguments(HELP);
const existing = readConfig(parseLicenseKeys);
if (option === undefined) printNewPair(existing.length === 0 ? Date.now() : Date.now() + TIME_TO_DEPLOY_MS);
else if (option === "--from" && others.length === 0) printNewPair(startOf(value));
else if (option === "--public" && value === undefined) printPublicKeys();
else fail(`This command does not take these arguments.\n\n${HELP}`);

function startOf(day: string | undefined): number {
  const ms = /^\d{4}-\d\d-\d\d$/.test(day ?? "") ? Date.parse(day ?? "") : NaN;
  // `Date` takes 31 February for a day in March.
  if (Number.isNaN(ms) || readable(dayOf(ms)) !== day)
    fail(`--from takes a day, such as --from 2027-03-01.\n\n${HELP}`);
  if (existing.length > 0 && ms < Date.now() + DAY_MS / 2)
    fail(
      "The day must be in the future, so that there is time to deploy the key. Orders keep the license keys they have.",
    );
  return ms;
}

function parseLicenseKeys(environment: Environment): readonly SigningKey[] {
  const { keys, problems } = readLicenseKeys({
    LICENSE_PRIVATE_KEY: environment["LICENSE_PRIVATE_KEY"] ?? "",
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return keys;
}

function printNewPair(startMs: number): void {
  const from = dayOf(startMs);
  if (existing.some((key) => key.from === from))
    fail(`LICENSE_PRIVATE_KEY holds a key that begins on ${readable(from)} already.`);
  const key = { from, seed: randomBytes(32) };
  const secret = formatSigningKey(key);
  console.log(existing.length > 0 ? textForSuccessor(key, secret) : textForFirst(key, secret));
}

function textForFirst(key: SigningKey, secret: string): string {
  return `1. Secret. Set it on your host, and keep a copy where you keep passwords: without it old orders cannot show their license keys.

   LICENSE_PRIVATE_KEY=${secret}

   Vercel:  npx vercel env add LICENSE_PRIVATE_KEY production
   Netlify: npx netlify-cli env:set LICENSE_PRIVATE_KEY lsk1_… --context production
   Then deploy. Give previews and .env a key of their own.

2. Public. Put it into your software, which verifies license keys with it (docs/licenses.md):

   ${publicLine(key)}`;
}

function textForSuccessor(key: SigningKey, secret: string): string {
  return `1. Public, first. Add it to the keys that your software knows, and release that (docs/licenses.md):

   ${publicLine(key)}

2. Secret. Add it to LICENSE_PRIVATE_KEY on your host, with a comma, and deploy before ${readable(key.from)} (UTC):

   LICENSE_PRIVATE_KEY=<what is there now>,${secret}

   Orders from that day on are signed with it; older orders keep the license keys they have, so leave the old key where it is.
   If the old key was stolen, remove it instead: every order then gets new license keys, and the old ones are void for software that
   no longer knows the old public key.`;
}

function printPublicKeys(): void {
  if (existing.length === 0) fail("LICENSE_PRIVATE_KEY is not set in .env or in the shell.");
  for (const key of existing) console.log(`${publicLine(key)}  signs orders from ${readable(key.from)} on`);
}

function publicLine(key: SigningKey): string {
  const { id, text } = publicKeyOf(privateKeyOf(key));
  return `"${id}": "${text}",`;
}

function readable(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`;
}
