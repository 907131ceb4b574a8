import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What `vercel link` would leave behind; with it `vercel build` asks nobody. */
export async function linkVercelProject(project: string): Promise<void> {
  await mkdir(join(project, ".vercel"));
  await writeFile(join(project, ".vercel/project.json"), '{"settings":{}}');
}
