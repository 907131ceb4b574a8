import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Another shop has the folder open. */
export class StorageInUseError extends Error {
  override readonly name = "StorageInUseError";
}

/** The files this process holds. A container gives each shop the same process id, so the id alone does not tell. */
const held = new Set<string>();

/**
 * Locks a folder for one shop: two would overwrite each other's orders. The lock file holds the process's id, so that the file of a shop
 * that was killed does not block the next one.
 * @throws StorageInUseError while another shop has it.
 */
export async function lockStorage(folder: string): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, "shop.pid");
  for (;;) {
    try {
      await writeFile(file, String(process.pid), { flag: "wx" });
      held.add(file);
      return async () => {
        held.delete(file);
        await rm(file, { force: true });
      };
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
    const holder = Number(await readFile(file, "utf8").catch(() => ""));
    const isOurs = holder === process.pid;
    if (isOurs ? held.has(file) : isRunning(holder))
      throw new StorageInUseError(`Process ${holder} has ${folder} open, says ${file}.`);
    await rm(file, { force: true });
  }
}

function isRunning(processId: number): boolean {
  if (!Number.isSafeInteger(processId) || processId <= 0) return false;
  try {
    return process.kill(processId, 0);
  } catch (error) {
    // The process exists and belongs to another user.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
