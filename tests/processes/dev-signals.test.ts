import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

import { copyOwnerProject, type OwnerProject } from "./owner-project.ts";
import { ownerEnvironment, ROOT } from "./owner-command.ts";

// A project of its own, because `npm run dev` keeps its orders in .data beside the pages.
let project: OwnerProject;
const left: number[] = [];
beforeAll(async () => {
  project = await copyOwnerProject();
  for (const part of ["simulator", "vercel.json"])
    await cp(join(ROOT, part), join(project.folder, part), { recursive: true });
});
afterEach(() => {
  // Only a failed test leaves processes behind.
  for (const processId of left.splice(0)) if (isRunning(processId)) process.kill(processId, "SIGKILL");
});
afterAll(() => project.close());

/** As in a terminal: `npm run dev`, a shell in between, and the shop. */
async function startDev(variables: Record<string, string> = {}) {
  const npm = spawn("sh", ["-c", "node cli/dev.ts --no-open; exit $?"], {
    cwd: project.folder,
    env: ownerEnvironment({
      PATH: `${join(process.execPath, "..")}:${process.env["PATH"]}`,
      PORT: "0",
      npm_lifecycle_event: "dev",
      ...variables,
    }),
    stdio: ["ignore", "pipe", "inherit"],
  });
  const shop = await shopOf(npm);
  left.push(npm.pid ?? 0, shop.processId);
  return { npm, ...shop };
}

async function shopOf(started: ChildProcess): Promise<{ processId: number; url: string; output: string }> {
  let output = "";
  started.stdout?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await expect.poll(() => output, { timeout: 30_000 }).toContain("The shop is open at");
  const url = /http:\/\/localhost:\d+/.exec(output)?.[0] ?? "";
  return { processId: Number(await readLock()), url, output };
}

const lockFile = (): string => join(project.folder, ".data/shop.pid");
const readLock = (): Promise<string> => readFile(lockFile(), "utf8");

function isRunning(processId: number): boolean {
  try {
    return process.kill(processId, 0);
  } catch {
    return false;
  }
}

async function expectGone(processId: number, url: string): Promise<void> {
  await expect.poll(() => isRunning(processId), { timeout: 10_000 }).toBe(false);
  await expect(fetch(url)).rejects.toThrow();
  expect(existsSync(lockFile())).toBe(false);
}

test.for(["SIGTERM", "SIGHUP", "SIGINT"] as const)(
  "E43: %s ends the shop, and leaves its folder unlocked",
  async (signal) => {
    const { npm, processId, url } = await startDev();
    expect((await fetch(url)).status).toBe(200);
    const exit = once(npm, "exit");
    process.kill(processId, signal);
    await expectGone(processId, url);
    expect(await exit).toEqual([0, null]);
  },
);

test("E43: killing npm ends the shop, although no signal reaches it", async () => {
  const { npm, processId, url } = await startDev();
  npm.kill("SIGKILL");
  await expectGone(processId, url);
});

test("E43: a shop that was killed does not block the next one", async () => {
  const { processId } = await startDev();
  process.kill(processId, "SIGKILL");
  await expect.poll(() => isRunning(processId)).toBe(false);
  expect(await readLock()).toBe(String(processId));
  const next = await startDev();
  expect(await readLock()).toBe(String(next.processId));
  process.kill(next.processId, "SIGTERM");
  await expectGone(next.processId, next.url);
});

test("E47: the shop says at its start what /__dev shows: orders only where Stripe is simulated", async () => {
  const simulated = await startDev();
  expect(simulated.output).toContain(`its orders and mails at ${simulated.url}/__dev.`);
  process.kill(simulated.processId, "SIGTERM");
  await expectGone(simulated.processId, simulated.url);
  const real = await startDev({
    STRIPE_SECRET_KEY: "sk_test_ofTheOwner",
    STRIPE_WEBHOOK_SECRET: "whsec_ofTheOwner0",
    STRIPE_API_BASE: "http://127.0.0.1:9",
  });
  expect(real.output).toContain(`its mails at ${real.url}/__dev/inbox.`);
  process.kill(real.processId, "SIGTERM");
  await expectGone(real.processId, real.url);
});
