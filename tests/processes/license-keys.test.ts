import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { readLicenseKeys } from "../../core/config/licenses.ts";
import { createLicenseSigner } from "../../core/delivery/licenses/license-signer.ts";
import { privateKeyOf, publicKeyOf } from "../../core/delivery/licenses/signing-key.ts";
import { KEYS, licensedOrder } from "../licenses/license-shop.ts";
import { runOwnerCommand, type Finished } from "./owner-command.ts";

function run(parameters: readonly string[] = [], secret = ""): Promise<Finished> {
  return runOwnerCommand("license-keys", parameters, { LICENSE_PRIVATE_KEY: secret });
}

/** What the command says to put into the environment, and into the software. */
function pairIn(output: string): { secret: string; publicLine: string } {
  const [secret] = /lsk1_\d{8}_[\w-]{43}/.exec(output) ?? [];
  const [publicLine] = /"[0-9a-f]{8}": "[\w-]{43}",/.exec(output) ?? [];
  if (secret === undefined || publicLine === undefined) throw new Error(output);
  return { secret, publicLine };
}

function publicLineOf(secret: string): string {
  const [key] = readLicenseKeys({ LICENSE_PRIVATE_KEY: secret }).keys;
  if (key === undefined) throw new Error(`${secret} is no secret`);
  const { id, text } = publicKeyOf(privateKeyOf(key));
  return `"${id}": "${text}",`;
}

test("license:keys --help says what it does and how to call it", async () => {
  const { exitCode, output, complaints } = await run(["--help"]);
  expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: "" });
  expect(output).toContain("npm run license:keys");
});

test("license:keys makes a matching pair, a new one each time", async () => {
  const [one, other] = await Promise.all([run(), run()]);
  for (const { exitCode, output, complaints } of [one, other]) {
    expect({ exitCode, complaints }).toEqual({ exitCode: 0, complaints: "" });
    const { secret, publicLine } = pairIn(output);
    expect(publicLine).toBe(publicLineOf(secret));
    expect(output).toContain(`LICENSE_PRIVATE_KEY=${secret}\n`);
  }
  expect(pairIn(one.output).secret).not.toBe(pairIn(other.output).secret);
});

test("beside a configured secret, license:keys makes one that takes over in a week, and does not show the first", async () => {
  const { exitCode, output } = await run([], KEYS.first.secret);
  expect(exitCode).toBe(0);
  expect(output).not.toContain(KEYS.first.secret.slice(-20));
  const { secret } = pairIn(output);
  const today = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  expect(Number(secret.slice(5, 13))).toBeGreaterThan(Number(today));
  expect(output).toContain(`LICENSE_PRIVATE_KEY=<what is there now>,${secret}\n`);

  const both = createLicenseSigner(
    readLicenseKeys({ LICENSE_PRIVATE_KEY: `${KEYS.first.secret},${secret}` }).keys,
  );
  const before = createLicenseSigner(readLicenseKeys({ LICENSE_PRIVATE_KEY: KEYS.first.secret }).keys);
  const order = licensedOrder({ createdMs: Date.now() });
  expect(both.issue(order, "ebb", 1)).toBe(before.issue(order, "ebb", 1));
});

test("license:keys --from sets the day on which a secret takes over", async () => {
  const { output } = await run(["--from", "2099-03-01"], KEYS.first.secret);
  expect(pairIn(output).secret).toMatch(/^lsk1_20990301_/);
  expect(output).toContain("before 2099-03-01 (UTC)");
});

test("license:keys --public shows the public keys of the configured secrets, and no secret", async () => {
  const { exitCode, output } = await run(["--public"], `${KEYS.first.secret},${KEYS.second.secret}`);
  expect(exitCode).toBe(0);
  expect(output.split("\n")).toEqual([
    `"${KEYS.first.id}": "${KEYS.first.publicKey}",  signs orders from 2026-11-01 on`,
    `${publicLineOf(KEYS.second.secret)}  signs orders from 2027-03-01 on`,
    "",
  ]);
});

test.for<[string[], string, string]>([
  [["--private"], "", "npm run license:keys"],
  [["--public", "x"], KEYS.first.secret, "npm run license:keys"],
  [["--public"], "", "LICENSE_PRIVATE_KEY is not set"],
  [["--from"], "", "--from takes a day"],
  [["--from", "2027-02-31"], "", "--from takes a day"],
  [["--from", "01.03.2027"], "", "--from takes a day"],
  [["--from", "2026-11-02"], KEYS.first.secret, "The day must be in the future"],
  [
    ["--from", "2099-01-01"],
    KEYS.first.secret.replace("20261101", "20990101"),
    "begins on 2099-01-01 already",
  ],
  [[], "lsk1_oops", "LICENSE_PRIVATE_KEY is not a key for licenses"],
])("E12: license:keys %j refuses and says why", async ([parameters, secret, why]) => {
  const { exitCode, output, complaints } = await run(parameters, secret);
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: "" });
  expect(complaints).toContain(why);
  expect(complaints).not.toContain(KEYS.first.secret.slice(-20));
});

test("B19: processes that share nothing but the secret derive the same key, whatever their clock's zone and language", () => {
  const program = fileURLToPath(new URL("programs/issue-license.ts", import.meta.url));
  const surroundings = [
    {},
    { TZ: "Pacific/Kiritimati", LANG: "ar_EG.UTF-8" },
    { TZ: "Pacific/Pago_Pago", LANG: "tr_TR.UTF-8" },
  ];
  const keys = surroundings.map((more) => {
    const env = { PATH: process.env["PATH"], LICENSE_PRIVATE_KEY: KEYS.first.secret, ...more };
    const order = JSON.stringify(licensedOrder({ createdMs: Date.UTC(2026, 10, 21, 23, 59, 59, 999) }));
    const { stdout, stderr } = spawnSync(process.execPath, [program, order], { env, encoding: "utf8" });
    return stdout || stderr;
  });
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^LICENSE1-fe812c12-20261121-1-ebb\./);
});
