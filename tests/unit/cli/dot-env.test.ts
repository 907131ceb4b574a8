import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { buildEnvironment } from "../../../cli/build/find-secrets.ts";
import { readDotEnv } from "../../../cli/dot-env.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "static-checkout-env-"));
});
afterEach(() => rm(root, { recursive: true }));

const LINES = ["STRIPE_SECRET_KEY=sk_test_abc123", "STRIPE_WEBHOOK_SECRET=whsec_abcdefgh", ""];
const EXPECTED = { STRIPE_SECRET_KEY: "sk_test_abc123", STRIPE_WEBHOOK_SECRET: "whsec_abcdefgh" };
const utf16be = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

test.for([
  ["UTF-8 with a byte order mark", Buffer.from(`\u{FEFF}${LINES.join("\n")}`)],
  ["UTF-8 with Windows line ends", Buffer.from(LINES.join("\r\n"))],
  ["both", Buffer.from(`\u{FEFF}${LINES.join("\r\n")}`)],
  ["the line ends of an old Mac", Buffer.from(LINES.join("\r"))],
  ["UTF-16 as Windows' editor saves it", Buffer.from(`\u{FEFF}${LINES.join("\r\n")}`, "utf16le")],
  ["big-endian UTF-16", utf16be(`\u{FEFF}${LINES.join("\r\n")}`)],
  ["UTF-16 without a mark", Buffer.from(LINES.join("\r\n"), "utf16le")],
  ["big-endian UTF-16 without a mark", utf16be(LINES.join("\n"))],
  [
    "legacy Windows letters in a comment",
    Buffer.from(`# f\u{FC}r die Kasse\r\n${LINES.join("\r\n")}`, "latin1"),
  ],
  [
    "quotes, export and comments",
    Buffer.from(
      `export STRIPE_SECRET_KEY="sk_test_abc123" # mine\r\n  STRIPE_WEBHOOK_SECRET = 'whsec_abcdefgh'\r\n`,
    ),
  ],
] as const)("I02: .env is read as %s", async ([, bytes]) => {
  await writeFile(join(root, ".env"), bytes);
  expect(readDotEnv(root)).toEqual(EXPECTED);
  // The search for published secrets uses the same values.
  expect(await buildEnvironment(root, {})).toEqual(EXPECTED);
});

test("I02: a quoted value may span several lines, whatever is in it", async () => {
  const key = "-----BEGIN KEY-----\nMIIB=\nabc==\n-----END KEY-----";
  await writeFile(join(root, ".env"), `KEY="${key}"\nPORT=8080\n`);
  expect(readDotEnv(root)).toEqual({ KEY: key, PORT: "8080" });
});

test.for([
  [
    "PORT=1\nSTRIPE_SECRET_KEY: sk_test_1\n",
    ".env:2: sets nothing. A line is NAME=value, or begins with # when it is a note.",
  ],
  [
    "SMTP_URL=“smtps://a”\n",
    '.env:1: SMTP_URL has typographic quotes around it. Remove them, or use plain ones (").',
  ],
  [
    '# mail\n\nMAIL_FROM="Low Tide\nOWNER_EMAIL=a@shop.example\n',
    ".env:3: the value of MAIL_FROM begins with a quote that is not closed. Close it, or take it away.",
  ],
  [
    "MAIL_FROM='Low Tide\nSMTP_URL='x'\n",
    ".env:1: the value of MAIL_FROM begins with a quote that is not closed. Close it, or take it away.",
  ],
] as const)("I02: a line that does not set what it seems to set is named: %j", async ([text, problem]) => {
  await writeFile(join(root, ".env"), text);
  expect(() => readDotEnv(root)).toThrow(problem);
});

test("I02: .env.txt, whose ending Windows hides, is reported; without any file nothing is set", async () => {
  expect(readDotEnv(root)).toEqual({});
  await writeFile(join(root, ".env.txt"), "PORT=1\n");
  expect(() => readDotEnv(root)).toThrow(".env.txt is not read: its name must be .env alone. Rename it.");
  await writeFile(join(root, ".env"), "PORT=2\n");
  expect(readDotEnv(root)).toEqual({ PORT: "2" });
});
