import { spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, beforeEach, expect, test } from "vitest";

import { StorageInUseError } from "../../cli/dev/lock-storage.ts";
import { startShop } from "../../cli/dev/shop.ts";

let storageFolder: string;
beforeEach(async () => {
  storageFolder = await mkdtemp(join(tmpdir(), "static-checkout-storage-"));
});
afterEach(() => rm(storageFolder, { recursive: true, force: true }));

const start = (engine: "dynamodb" | "stripe") =>
  startShop({
    root: fileURLToPath(new URL("../..", import.meta.url)),
    port: 0,
    environment: {},
    storageFolder,
    engine,
    print: () => undefined,
  });

test.for(["dynamodb", "stripe"] as const)(
  "a second shop on the same folder is refused while the first is open (%s)",
  async (engine) => {
    const first = await start(engine);
    await expect(start(engine)).rejects.toThrow(StorageInUseError);
    expect((await fetch(first.url)).status).toBe(200);
    await first.close();
    await (await start(engine)).close();
    expect(await readdir(storageFolder)).not.toContain("shop.pid");
  },
);

test("what a killed shop left behind does not block the next one", async () => {
  const { pid } = spawnSync(process.execPath, ["--version"]);
  await writeFile(join(storageFolder, "shop.pid"), String(pid));
  await (await start("stripe")).close();
});
