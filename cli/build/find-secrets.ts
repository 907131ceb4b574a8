import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseEnv } from "node:util";

import { dotEnvText } from "../dot-env.ts";

export interface FoundSecret {
  /** As the owner calls it: relative to the project. */
  file: string;
  line: number;
  /** In words, without the secret itself. */
  what: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What a key looks like, wherever it comes from. Real keys hold a digit; a placeholder such as sk_live_xxxx does not. */
const LOOKS: readonly [RegExp, string][] = [
  [/\b[sr]k_(?:test|live)_(?=\w*\d)\w{16,}/g, "a Stripe secret key (sk_… or rk_…)"],
  [/\bwhsec_(?=[\w+/]*\d)[\w+/]{16,}/g, "a webhook signing secret (whsec_…)"],
  [/\bre_(?=\w*\d)[A-Za-z0-9]{6,}_[A-Za-z0-9]{16,}/g, "a Resend API key (re_…)"],
  [/\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, "an AWS access key"],
  [/\bgh[opsu]_[A-Za-z0-9]{36}\b/g, "a GitHub token"],
  [/-----BEGIN [A-Z ]*PRIVATE KEY-----/g, "a private key"],
];

/** Variables whose values are secret, the owner's own included. */
const SECRET_NAMES = /SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|PRIVATE|ACCESS_KEY|API_?KEY|SMTP_URL|DATABASE_URL/i;

/** A shorter value may be an ordinary word on a page, such as "local". */
const SHORTEST_VALUE = 12;

/**
 * Looks through every file of the folders for values of the environment's secret variables and for anything that looks like a
 * key. Anybody can read dist/, and the host archives build/.
 */
export async function findSecrets(
  root: string,
  folders: readonly string[],
  environment: Variables,
): Promise<FoundSecret[]> {
  const values = secretValues(environment);
  const found: FoundSecret[] = [];
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      // Latin 1 keeps every byte, so that any file can be searched, a picture too.
      const text = await readFile(path, "latin1");
      for (const { at, what } of [...byValue(text, values), ...byLooks(text)])
        found.push({ file: relative(root, path), line: lineAt(text, at), what });
    }
  }
  return found;
}

/** The variables of the build: the shell's or the host's, and those of the .env files beside the project. */
export async function buildEnvironment(root: string, shell: Variables): Promise<Variables> {
  const files = (await readdir(root)).filter((name) => /^\.env(?:\.|$)/.test(name) && name !== ".env.example");
  const written: Variables[] = [];
  for (const file of files) written.push(parseEnv(dotEnvText(await readFile(join(root, file)))));
  return Object.assign({}, ...written, shell) as Variables;
}

/** Each value with the variable's name. A list of secrets is as secret as each of them, and so is a password in an address. */
function secretValues(environment: Variables): [string, string][] {
  return Object.entries(environment)
    .filter(([name]) => SECRET_NAMES.test(name))
    .flatMap(([name, value = ""]) => {
      const parts = new Set([value.trim(), ...value.split(/[\s,]+/), passwordIn(value)]);
      return [...parts].map((part): [string, string] => [name, part]);
    })
    .filter(([, value]) => value.length >= SHORTEST_VALUE)
    .map(([name, value]): [string, string] => [name, Buffer.from(value).toString("latin1")]);
}

/** The value as it is used: an address writes some characters as `%…`. */
function passwordIn(value: string): string {
  const { password } = URL.canParse(value) ? new URL(value) : { password: "" };
  try {
    return decodeURIComponent(password);
  } catch {
    // A bare percent sign: the code that reads this variable takes the password literally, or refuses it.
    return password;
  }
}

interface Place {
  at: number;
  what: string;
}

function byValue(text: string, values: readonly [string, string][]): Place[] {
  return values
    .map(([name, value]) => ({ at: text.indexOf(value), what: `the value of ${name}` }))
    .filter(({ at }) => at >= 0);
}

function byLooks(text: string): Place[] {
  return LOOKS.flatMap(([pattern, what]) => [...text.matchAll(pattern)].map(({ index }) => ({ at: index, what })));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}
