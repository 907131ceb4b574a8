import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { createPrivateFolder } from "../../../../../core/delivery/files/private-folder.ts";

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "static-checkout-private-"));
  for (const folder of ["private/deep", "privateer"]) await mkdir(join(root, folder), { recursive: true });
  for (const file of [".env", "private/guide.pdf", "private/deep/map.pdf", "privateer/log.txt"])
    await writeFile(join(root, file), file);
});
afterEach(() => rm(root, { recursive: true }));

test.for(["private/guide.pdf", "private/deep/map.pdf", "private/deep/../guide.pdf"])(
  "reads %s",
  async (file) => {
    const bytes = await createPrivateFolder(root).read(file);
    expect(Buffer.from(bytes ?? []).toString()).toBe(file.replace("deep/../", ""));
  },
);

test.for([
  "private/../.env",
  ".env",
  "private/../privateer/log.txt",
  "privateer/log.txt",
  "/etc/hostname",
  "private",
  "private/",
  "private/deep",
  "private/nothing.pdf",
])("D04: serves nothing for %s", async (file) => {
  expect(await createPrivateFolder(root).read(file)).toBeUndefined();
});

test.for([
  ["M\u{FC}sli", "Mu\u{308}sli"],
  ["Mu\u{308}sli", "M\u{FC}sli"],
] as const)("I12: serves %s, however its letters are stored", async ([typed, stored]) => {
  await mkdir(join(root, `private/${stored}`));
  await writeFile(join(root, `private/${stored}/${stored}.pdf`), "recipes");
  const bytes = await createPrivateFolder(root).read(`private/${typed}/${typed}.pdf`);
  expect(Buffer.from(bytes ?? []).toString()).toBe("recipes");
  expect(await createPrivateFolder(root).read(`private/${typed}/Other.pdf`)).toBeUndefined();
});
