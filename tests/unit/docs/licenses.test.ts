import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { afterAll, expect, test } from "vitest";

import { createLicenseSigner } from "../../../core/delivery/licenses/license-signer.ts";
import { parseSigningKey } from "../../../core/delivery/licenses/signing-key.ts";
import { KEYS, licensedOrder } from "../../licenses/license-shop.ts";
import { mutateKey } from "../../licenses/mutate-key.ts";
import { createRandom } from "../../simulation/random.ts";

// The code that docs/licenses.md gives owners for their software, with a public key filled in.
const folder = mkdtempSync(join(tmpdir(), "license-snippets-"));
afterAll(() => rmSync(folder, { recursive: true }));

const DOC = readFileSync(new URL("../../../docs/licenses.md", import.meta.url), "utf8");

function writeSnippet(language: string, mustContain: string, file: string): string {
  const blocks = [...DOC.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)];
  const snippet = blocks.find(([, name, code]) => name === language && code?.includes(mustContain))?.[2];
  if (snippet === undefined) throw new Error(`docs/licenses.md has no ${language} with ${mustContain}.`);
  expect(snippet).toMatch(/"3f9a2c1e": "PUBLIC_KEY"/);
  const path = join(folder, file);
  writeFileSync(
    path,
    snippet.replace('"3f9a2c1e": "PUBLIC_KEY"', `"${KEYS.first.id}": "${KEYS.first.publicKey}"`),
  );
  return path;
}

const secrets = [KEYS.first.secret, KEYS.second.secret].map(parseSigningKey);
const signer = createLicenseSigner(secrets.filter((key) => key !== undefined));

const VALID = signer.issue(licensedOrder(), "ebb", 1);
const LATER_UNIT = signer.issue(licensedOrder({ createdMs: Date.UTC(2027, 0, 2) }), "ebb", 30);
const TEST_MODE = signer.issue(
  licensedOrder({ orderId: "cs_test_a1SxQ7rT4uVwXyZ0123456789", livemode: false }),
  "ebb",
  1,
);
const OTHER_PRODUCT = signer.issue(licensedOrder(), "ebb-2", 1);
const UNKNOWN_PUBLIC_KEY = signer.issue(licensedOrder({ createdMs: Date.UTC(2027, 5, 1) }), "ebb", 1);

const ACCEPTED = [VALID, LATER_UNIT, ` ${VALID.slice(0, 76)}\r\n${VALID.slice(76)}\n`];
const REFUSED = [TEST_MODE, OTHER_PRODUCT, UNKNOWN_PUBLIC_KEY, "", "LICENSE1", VALID.replaceAll("-", "−")];

const random = createRandom(2, "license keys");
const MUTATED = Array.from({ length: 10_000 }, () => mutateKey([VALID, LATER_UNIT, OTHER_PRODUCT], random));

const EXPECTED = [
  { product: "ebb", day: "20261121", unit: 1 },
  { product: "ebb", day: "20270102", unit: 30 },
  { product: "ebb", day: "20261121", unit: 1 },
];

interface TypeScriptSnippet {
  verifyLicense(text: string, product: string): Promise<object | undefined>;
}

test("the TypeScript of docs/licenses.md accepts the shop's keys, and none of 10,000 that are almost right", async () => {
  const path = writeSnippet("ts", "verifyLicense", "verify-license.ts");
  const { verifyLicense } = (await import(pathToFileURL(path).href)) as TypeScriptSnippet;
  const verify = (key: string) => verifyLicense(key, "ebb");
  expect(await Promise.all(ACCEPTED.map(verify))).toEqual(EXPECTED);
  for (const key of [...REFUSED, ...MUTATED]) {
    expect(await verify(key), JSON.stringify(key)).toBeUndefined();
  }
});

test("the TypeScript of docs/licenses.md runs in Node as it is", () => {
  const path = writeSnippet("ts", "verifyLicense", "verify-in-node.ts");
  const program = `import(${JSON.stringify(pathToFileURL(path).href)}).then(async ({ verifyLicense }) => console.log(JSON.stringify(await verifyLicense(process.argv[1], "ebb"))))`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--eval", program, VALID], { encoding: "utf8" });
  expect(JSON.parse(stdout || "null"), stderr).toEqual(EXPECTED[0]);
});

const lack = missingForPython();

test.skipIf(lack !== undefined)(
  `the Python of docs/licenses.md does the same${lack === undefined ? "" : ` (skipped: ${lack})`}`,
  { timeout: 60_000 },
  () => {
    writeSnippet("python", "verify_license", "verify_license.py");
    writeFileSync(
      join(folder, "answer.py"),
      "import json, sys\nfrom verify_license import verify_license\njson.dump([verify_license(key, 'ebb') for key in json.load(sys.stdin)], sys.stdout)\n",
    );
    const { stdout, stderr } = spawnSync("python3", ["-B", join(folder, "answer.py")], {
      encoding: "utf8",
      input: JSON.stringify([...ACCEPTED, ...REFUSED, ...MUTATED]),
      maxBuffer: 1 << 24,
    });
    const answers = JSON.parse(stdout || `"${stderr}"`) as unknown[];
    expect(answers.slice(0, ACCEPTED.length)).toEqual(EXPECTED);
    const rest = answers.slice(ACCEPTED.length);
    expect(rest).toHaveLength(REFUSED.length + MUTATED.length);
    expect([...REFUSED, ...MUTATED].filter((_, index) => rest[index] !== null)).toEqual([]);
  },
);

/** What this machine lacks to run the snippet, in words, if anything. */
function missingForPython(): string | undefined {
  const { error, status } = spawnSync("python3", ["-c", "import cryptography"]);
  if (error !== undefined) return "there is no python3";
  return status === 0 ? undefined : "python3 has no package cryptography";
}
