import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { help, readArguments } from "./arguments.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

function simulate(...flags: string[]): Promise<{ exitCode: unknown; output: string; complaints: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...flags], (error, output, complaints) => {
      resolve({ exitCode: error === null ? 0 : error.code, output, complaints });
    });
  });
}

test.each([
  [[], { task: "run", seed: 1, schedules: 10_000, workers: 2, beside: undefined }],
  [
    ["--seed", "0", "--schedules", "3", "--workers", "1"],
    { task: "run", seed: 0, schedules: 3, workers: 1, beside: undefined },
  ],
  [["--replay", "4"], { task: "replay", seed: 4, bug: undefined, beside: undefined }],
  [["--replay", "4", "--beside", "v1"], { task: "replay", seed: 4, bug: undefined, beside: "v1" }],
  [["--replay", "4", "--bugs", "no-lease"], { task: "replay", seed: 4, bug: "no-lease", beside: undefined }],
  [["--bugs", "all"], { task: "hunt", bugs: "all", workers: 2 }],
  [["--bugs", "no-lease", "--workers", "7"], { task: "hunt", bugs: "no-lease", workers: 7 }],
  [["--bugs", "no-lease,lease-forever"], { task: "hunt", bugs: "no-lease,lease-forever", workers: 2 }],
  [["--schedules", "ten", "-h"], "help"],
])("reads %j", (flags, expected) => {
  expect(readArguments(flags, 2)).toEqual(expected);
});

test.each([
  [["--schedules", "ten"], '--schedules needs a whole number from 1 to 9007199254740990, not "ten".'],
  [["--schedules", "0"], '--schedules needs a whole number from 1 to 9007199254740990, not "0".'],
  [["--schedules", "1.5"], '--schedules needs a whole number from 1 to 9007199254740990, not "1.5".'],
  [["--schedules", ""], '--schedules needs a whole number from 1 to 9007199254740990, not "".'],
  [["--schedules=-3"], '--schedules needs a whole number from 1 to 9007199254740990, not "-3".'],
  [["--workers", "0"], '--workers needs a whole number from 1 to 9007199254740991, not "0".'],
  [["--workers", "1e1"], '--workers needs a whole number from 1 to 9007199254740991, not "1e1".'],
  [
    ["--bugs", "all", "--workers", "x"],
    '--workers needs a whole number from 1 to 9007199254740991, not "x".',
  ],
  [["--seed", "x", "--schedules", "3"], '--seed needs a whole number from 0 to 9007199254740991, not "x".'],
  [["--seed=-1"], '--seed needs a whole number from 0 to 9007199254740991, not "-1".'],
  [
    ["--seed", "9007199254740992"],
    '--seed needs a whole number from 0 to 9007199254740991, not "9007199254740992".',
  ],
  [
    ["--seed", "9007199254740990", "--schedules", "3"],
    '--schedules needs a whole number from 1 to 1, not "3".',
  ],
  [["--replay", "last"], '--replay needs a whole number from 0 to 9007199254740991, not "last".'],
  [
    ["--bugs", "none"],
    '--bugs needs all or sample or the name of a seeded bug (docs/seeded-bugs.md), not "none".',
  ],
  [
    ["--bugs", "no-lease,all"],
    '--bugs needs all or sample or the name of a seeded bug (docs/seeded-bugs.md), not "all".',
  ],
  [
    ["--bugs", "no-lease,"],
    '--bugs needs all or sample or the name of a seeded bug (docs/seeded-bugs.md), not "".',
  ],
  [
    ["--replay", "4", "--bugs", "all"],
    '--bugs needs the name of a seeded bug (docs/seeded-bugs.md), not "all".',
  ],
  [
    ["--replay", "4", "--bugs", "no-lease,lease-forever"],
    '--bugs needs the name of a seeded bug (docs/seeded-bugs.md), not "no-lease,lease-forever".',
  ],
  [["--replay", "4", "--schedules", "3"], "--replay does not take --schedules."],
  [["--bugs", "all", "--seed", "3"], "--bugs does not take --seed."],
  [["--schedule", "3"], "Unknown option '--schedule'. Try --help."],
  [["3"], "Unexpected argument '3'. Try --help."],
  [["--seed"], "Option '--seed <value>' argument missing. Try --help."],
  [["--seed", "-1"], "Option '--seed' argument is ambiguous. Try --help."],
])("refuses %j in one sentence", (flags, message) => {
  expect(() => readArguments(flags, 2)).toThrow(new Error(message));
});

test("wrong use ends with 1 and a sentence, and nothing is run", async () => {
  expect(await simulate("--schedules", "ten")).toEqual({
    exitCode: 1,
    output: "",
    complaints: '--schedules needs a whole number from 1 to 9007199254740990, not "ten".\n',
  });
});

test("--help prints the help and ends with 0", async () => {
  expect(await simulate("--help")).toEqual({ exitCode: 0, output: `${help}\n`, complaints: "" });
});

test("a few schedules that keep every invariant end with 0", async () => {
  const { exitCode, output } = await simulate("--seed", "3", "--schedules", "2");
  expect(output).toMatch(/^2 schedules in /);
  expect(exitCode).toBe(0);
});

test("a replay ends with 1 when it breaks an invariant, and with 0 when it does not", async () => {
  const broken = await simulate("--replay", "1", "--bugs", "answer-then-work");
  expect(broken.output).toMatch(/^✗ /m);
  expect(broken.exitCode).toBe(1);

  const whole = await simulate("--replay", "4");
  expect(whole.output).toContain("the storm is over");
  expect(whole.output).not.toMatch(/^✗ /m);
  expect(whole.exitCode).toBe(0);
});

test("refuses a revision that Git does not know in one sentence", async () => {
  expect(await simulate("--schedules", "1", "--beside", "no-such-revision")).toEqual({
    exitCode: 1,
    output: "",
    complaints: '--beside needs a revision that Git knows, not "no-such-revision".\n',
  });
});
