import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { afterAll, beforeAll, expect, test } from "vitest";

import { startShop, type Shop } from "../../cli/dev/shop.ts";
import { ROOT } from "./owner-command.ts";
import { copyOwnerProject, type OwnerProject } from "./owner-project.ts";

let project: OwnerProject;
let shop: Shop;

beforeAll(async () => {
  project = await copyOwnerProject();
  for (const file of ["simulator/catalog.json", "vercel.json"]) {
    await project.write(file, await readFile(join(ROOT, file), "utf8"));
  }
  await nameShop('Bücher, "Tee" & mehr');
  shop = await startShop({
    root: project.folder,
    port: 0,
    environment: {},
    storageFolder: join(project.folder, ".data"),
    engine: "stripe",
    print: () => undefined,
  });
});

afterAll(async () => {
  await shop?.close();
  await project?.close();
});

function nameShop(name: string): Promise<void> {
  return project.write("shop.config.ts", `export default { name: ${JSON.stringify(name)} };`);
}

/** The payment page as a buyer sees it, and the mail that follows the payment. */
async function buyPoster({ url, simulatedStripe }: Shop): Promise<{ page: string; mail: string }> {
  const created = await fetch(`${url}/api/create-checkout-session`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: '{"price_id":"price_poster_a2"}',
  });
  const { url: checkoutUrl } = (await created.json()) as { url: string };
  const page = await (await fetch(checkoutUrl)).text();
  simulatedStripe?.buyer.pay(/cs_test_\w+/.exec(checkoutUrl)?.[0] ?? "");
  await simulatedStripe?.deliveriesSettled();
  const folder = join(project.folder, ".data", "mails");
  const newest = (await readdir(folder)).toSorted().at(-1) ?? "";
  return { page, mail: await readFile(join(folder, newest), "utf8") };
}

test("the payment page and the mails of npm run dev show the shop's name, also after it changes", async () => {
  const before = await buyPoster(shop);
  expect(before.page).toContain("Bücher, &quot;Tee&quot; &amp; mehr");
  // A quoted word in a header needs encoding for its umlaut; mail programs show: Bücher, Tee & mehr
  expect(before.mail).toMatch(/^From: =\?UTF-8\?.+\?= <orders@shop\.example>\r$/m);

  await nameShop("Harbor Prints");
  const after = await buyPoster(shop);
  expect(after.page).toContain("Harbor Prints");
  expect(after.page).not.toContain("Bücher");
  expect(after.mail).toMatch(/^From: Harbor Prints <orders@shop\.example>\r$/m);
});
