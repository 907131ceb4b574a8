import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes what `vercel link` would leave behind, so that `vercel build` asks no questions. */
export async function linkVercelProject(project: string): Promise<void> {
  await mkdir(join(project, ".vercel"));
  await writeFile(join(project, ".vercel/project.json"), '{"settings":{}}');
}
