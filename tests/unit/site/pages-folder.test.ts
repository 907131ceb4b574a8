import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { buildSite } from "../../../cli/build/site.ts";
import { usablePagesFolder } from "../../../cli/site/pages-folder.ts";
import { publishedProblems } from "../../../cli/site/published-problems.ts";

const ORDER_PAGE = '<!doctype html><script src="/js/order-page.js" defer></script>';
const CANCELED_PAGE = '<!doctype html><script src="/js/canceled-page.js" defer></script>';

let folder: string;
let root: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "static-checkout-pages-"));
  root = join(folder, "project");
  await write("success.html", ORDER_PAGE);
  await write("canceled.html", CANCELED_PAGE);
  await write("netlify/functions/webhook.ts", "");
  await write("private/guide.pdf", "what is sold");
});
afterEach(() => rm(folder, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, file)), { recursive: true });
  await writeFile(join(root, file), text);
}

const read = (file: string) => readFile(join(root, file), "utf8");
const build = (pages?: string) => buildSite(root, join(root, "dist"), pages === undefined ? {} : { pages });
const listing = async () => (await readdir(root, { recursive: true })).toSorted();

test.for([
  "dist",
  "./dist/",
  "Dist",
  "dist/client",
  "build",
  "private",
  "private/site",
  "node_modules",
  "node_modules/theme",
  ".git",
  "api",
  "netlify",
  "netlify/functions",
  "core",
  "js",
  "cli",
  ".vercel",
  ".netlify",
  ".data",
  ".",
  "./",
  "_site/..",
  "_site/../private",
])("I03: pages %j neither deletes nor publishes anything", async (pages) => {
  for (const part of [
    "dist",
    "dist/client",
    "build",
    "private/site",
    "node_modules/theme",
    ".git",
    "api",
    "core",
    "js",
    "cli",
    ".vercel",
    ".netlify",
    ".data",
    "_site",
  ]) {
    await write(`${part}/index.html`, "mine");
  }
  const before = await listing();
  await expect(build(pages)).rejects.toThrow(
    /^shop\.config\.ts: pages is ".+", (?:and that leads to |but the build deletes and rebuilds (?:dist|build)\/\. )/,
  );
  expect(await listing()).toEqual(before);
  expect(await read("dist/index.html")).toBe("mine");
});

test.for(["..", "../other", "/etc", "_site/../../other"])(
  "I03: pages %j is refused, because it is not a folder of the project",
  async (pages) => {
    await mkdir(join(folder, "other"));
    await expect(usablePagesFolder(root, pages)).rejects.toThrow(
      /and that leads out of this project|There is no folder/,
    );
  },
);

test("I03: a folder that the build rebuilds is refused with the same advice by its name and through a link", async () => {
  await mkdir(join(root, "dist"));
  const advice = "Have your generator write to another folder, such as _site, and name that one.";
  await expect(usablePagesFolder(root, "dist")).rejects.toThrow(
    `shop.config.ts: pages is "dist", but the build deletes and rebuilds dist/. ${advice}`,
  );
  await symlink(join(root, "dist"), join(root, "_site"));
  await expect(usablePagesFolder(root, "_site")).rejects.toThrow(
    `shop.config.ts: pages is "_site", but that leads to dist/, which the build deletes and rebuilds. ${advice}`,
  );
});

test("I03: a file and a missing folder are reported", async () => {
  await write("index.html", "");
  await expect(build("index.html")).rejects.toThrow(
    'shop.config.ts: pages is "index.html", and that is a file. Name the folder that holds your pages.',
  );
  await expect(build("index.html/deep")).rejects.toThrow(
    "There is no folder index.html/deep/ with your pages.",
  );
  await expect(build("_site")).rejects.toThrow("There is no folder _site/ with your pages.");
});

test.for(["private", "dist", ".", "..", "core"])(
  "I03: a folder of pages that is a link to %s is refused",
  async (target) => {
    await mkdir(join(root, "core"));
    await mkdir(join(root, "dist"));
    await symlink(join(root, target), join(root, "_site"));
    await expect(build("_site")).rejects.toThrow(
      /^shop\.config\.ts: pages is "_site", (?:and|but) that leads /,
    );
  },
);

test.for(["_site", "./_site/", "docs/.vitepress/dist", "site/build", "public/en"])(
  "I03: pages %j are published",
  async (pages) => {
    await write(`${pages}/index.html`, "mine");
    await build(pages);
    expect(await readdir(join(root, "dist"))).toEqual(["canceled.html", "index.html", "js", "success.html"]);
    expect(await read("dist/index.html")).toBe("mine");
    await build(pages);
  },
);

test("I03: a dist/ that another generator has made is not deleted", async () => {
  await write("public/favicon.svg", "");
  await write("dist/index.html", "made by Astro");
  const said = await build().catch((error: Error) => error.message);
  expect(said).toMatch(
    /^dist\/ holds files that this build has not made \(index\.html\), and it would delete them\./,
  );
  expect(await read("dist/index.html")).toBe("made by Astro");
});

test("I04: links among the pages are followed to what may be published", async () => {
  await write("assets/a.svg", "picture");
  await write("public/index.html", "");
  await symlink(join(root, "assets"), join(root, "public/images"));
  await symlink("..", join(root, "assets/loop"));
  await expect(build()).rejects.toThrow("public/images/loop: is a link that leads to the whole project");
  await rm(join(root, "assets/loop"));
  await symlink(".", join(root, "public/again"));
  await build();
  expect(await read("dist/images/a.svg")).toBe("picture");
});

test("I04: links to private files, files with secrets and broken links stop the build, all reported at once", async () => {
  await write(".env", "STRIPE_SECRET_KEY=");
  await write("public/.env.local", "");
  await write("public/.env.example", "");
  await write("public/.well-known/security.txt", "");
  await symlink("../private", join(root, "public/files"));
  await symlink("../private/guide.pdf", join(root, "public/guide.pdf"));
  await symlink("../.env", join(root, "public/settings"));
  await symlink("nowhere", join(root, "public/gone"));
  const said = await build().catch((error: Error) => error.message.split("\n").toSorted());
  expect(said).toEqual([
    "public/.env.local: would be published with the secrets in it. Take it out of public/.",
    expect.stringMatching(/^public\/files: is a link that leads to private\/, which holds what you sell\. /),
    "public/gone: is a link to a file that is not there. Delete it, or put the file in its place.",
    expect.stringMatching(/^public\/guide\.pdf: is a link that leads to private\//),
    expect.stringMatching(/^public\/settings: is a link that leads to secrets\. /),
  ]);
});

test("I04: a repository's history and installed packages among the pages are left out, dot files are not", async () => {
  for (const file of [".git/config", "node_modules/a/index.js", ".well-known/security.txt", ".nojekyll"])
    await write(`public/${file}`, "x");
  await build();
  expect((await readdir(join(root, "dist"))).toSorted()).toEqual([
    ".nojekyll",
    ".well-known",
    "canceled.html",
    "js",
    "success.html",
  ]);
});

const SHOP = {
  prices: {
    guide: { deliver: [{ kind: "file" as const, name: "Guide", file: "private/guide.pdf" as const }] },
  },
};

test("I05: a file for sale among the pages stops the build, whatever its name, and so does a file that lists what is sold", async () => {
  await write("shop.config.ts", "export default {};");
  for (const file of ["_site/private/guide.pdf", "_site/free/sample.PDF"]) await write(file, "what is sold");
  await write("_site/private/notes.html", "from notes.md");
  await write("_site/shop.config.ts", "export default {};");
  await write("_site/build/app.mjs", "all of it");
  await write("_site/guide.pdf", "another one!");
  const problems = await publishedProblems(root, { ...SHOP, pages: "_site" });
  const rest =
    "Delete it there; if your generator copies it, tell it to leave it out, as docs/pages.md shows for Jekyll.";
  expect(problems).toEqual([
    `_site/build/app.mjs: holds all that you deliver, and everybody could read it. ${rest}`,
    `_site/free/sample.PDF: holds the same as private/guide.pdf, and everybody could fetch it without paying. ${rest}`,
    `_site/private/guide.pdf: holds the same as private/guide.pdf, and everybody could fetch it without paying. ${rest}`,
    `_site/private/notes.html: everybody could fetch it without paying. ${rest}`,
    `_site/shop.config.ts: holds the same as shop.config.ts, and everybody could fetch it without paying. ${rest}`,
  ]);
});

test("I05: a folder of paid files is reported in ten lines", async () => {
  for (let index = 0; index < 12; index += 1) await write(`public/private/${index}.pdf`, "x");
  const problems = await publishedProblems(root, SHOP);
  expect(problems).toHaveLength(11);
  expect(problems.at(-1)).toBe("… and 2 more files in public/.");
});

test("I06: an own order page among the pages overrides the one beside them, and is enough on its own", async () => {
  await write("public/success.html", `${ORDER_PAGE}<p>in my looks`);
  await rm(join(root, "canceled.html"));
  await write("public/canceled.html", CANCELED_PAGE);
  await build();
  expect(await read("dist/success.html")).toBe(`${ORDER_PAGE}<p>in my looks`);
  expect(await read("dist/canceled.html")).toBe(CANCELED_PAGE);
});

test("I06: another page of that name is neither published as the order page nor replaced by it", async () => {
  await write("public/success.html", "<p>Thank you for your message");
  await write("public/Canceled.html", CANCELED_PAGE);
  const said = await build().catch((error: Error) => error.message.split("\n"));
  expect(said).toEqual([
    "public/success.html: buyers come back to this address, and the page does not load /js/order-page.js. Give it another name, or make it that page: begin with a copy of success.html.",
    "public/Canceled.html: some machines take this name for canceled.html, the page that buyers come back to. Give yours another name.",
  ]);
});

test("I06: an own script with the name of a shop script is named, and a copy of the shop's is not", async () => {
  await write("public/index.html", "");
  await build();
  await write("public/js/stripe-checkout.js", await read("dist/js/stripe-checkout.js"));
  await write("public/js/order-page.js", "my own");
  await write("public/js/menu.js", "my own");
  expect(await publishedProblems(root, SHOP)).toEqual([
    "public/js/order-page.js: the build puts the shop's own script of this name there. Delete yours if it is a copy of it, or give it another name.",
  ]);
});

test("I07: a missing page is named, with how to get it back", async () => {
  await mkdir(join(root, "public"));
  await rm(join(root, "success.html"));
  await expect(build()).rejects.toThrow(
    "success.html is not there, and buyers come back to it. Bring it back (`git checkout -- success.html`), or put a page of your own there or into public/ that loads /js/order-page.js.",
  );
});

test("the page about the API is published with apiDocs alone, and leads to its files by their whole path", async () => {
  await write("public/index.html", "<!doctype html>");
  await build();
  expect(await listing()).not.toContain("dist/api-docs");
  await buildSite(root, join(root, "dist"), { apiDocs: true });
  const page = await read("dist/api-docs/index.html");
  expect(page).toContain('href="/api-docs/style.css"');
  expect(page).toContain('href="/api-docs/openapi.json"');
  expect(JSON.parse(await read("dist/api-docs/openapi.json"))).toMatchObject({ openapi: "3.1.1" });
  expect(await listing()).toContain("dist/api-docs/style.css");
});

test("a page of the owner's in the API's folder is named, and only with apiDocs", async () => {
  await write("public/api-docs/index.html", "mine");
  expect(await publishedProblems(root, {})).toEqual([]);
  expect(await publishedProblems(root, { apiDocs: true })).toEqual([
    "public/api-docs/index.html: the build puts the page about the API into api-docs/. Move yours, or take apiDocs out of shop.config.ts.",
  ]);
  await build();
  expect(await read("dist/api-docs/index.html")).toBe("mine");
});
