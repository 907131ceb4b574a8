import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { BROWSER_SCRIPTS } from "../../build/browser-scripts.ts";
import { findPages } from "../find-pages.ts";
import { PAGES_FOLDER } from "../pages-folder.ts";
import { parsePolicies } from "./content-policy.ts";
import { headerRules, type HeaderRule } from "./header-rules.ts";
import type { Host } from "./hosting.ts";
import { policiesOf } from "./page-policies.ts";
import { baseOf, metaPoliciesOf, thingsOf, type PageThing } from "./page-things.ts";
import { refusalSentence } from "./refusal-sentence.ts";
import { refusalsOf, type Refusal } from "./refusals.ts";
import { shopThingsOf } from "./shop-things.ts";
import { thingsOfStyle } from "./style-things.ts";

/** What browsers will refuse on the site's pages; sentences that begin with file and line. */
export interface RefusedThings {
  /** The owner's own things: the page may be meant for another place, so the build does not stop. */
  warnings: string[];
  /** The shop's own things: buyers could not buy. */
  problems: string[];
}

export interface Project {
  root: string;
  /** The folder with the pages. */
  pages?: string | undefined;
  hosts: readonly Host[];
  /** The site's address where it is known: what is loaded from there is the site's own. */
  siteUrl?: string | undefined;
  /** Where buyers pay, if that is not Stripe's own page. */
  paymentPage?: string | undefined;
}

/** Stands for the site's address where the files do not know it. */
const UNKNOWN_SITE = "https://site.invalid";

type Found = Refusal & { file: string };

/** Compares every page and stylesheet with the Content-Security-Policy that the hosts will send with it. */
export async function refusedThings(project: Project): Promise<RefusedThings> {
  const { root, pages: folder = PAGES_FOLDER } = project;
  const rules = await headerRules(root, folder);
  const warnings: Found[] = [];
  const problems: Found[] = [];
  for (const file of await findPages(root, folder)) {
    const html = await readFile(join(root, file), "utf8").catch(() => "");
    const shopThings = shopThingsOf(html, BROWSER_SCRIPTS, project.paymentPage);
    const others = thingsOf(html).filter((thing) => !shopThings.some((own) => isSame(own, thing)));
    problems.push(...refusedIn(file, html, shopThings, rules, project));
    warnings.push(...refusedIn(file, html, others, rules, project));
  }
  for (const file of await stylesheetsOf(root, folder)) {
    const things = thingsOfStyle(await readFile(join(root, file), "utf8"));
    warnings.push(...refusedIn(file, "", things, rules, project));
  }
  return { warnings: sentences(warnings, folder), problems: sentences(problems, folder) };
}

function isSame(one: PageThing, other: PageThing): boolean {
  if (one.kind === "inline" || other.kind === "inline") return false;
  return one.line === other.line && one.directive === other.directive && one.written === other.written;
}

function refusedIn(
  file: string,
  html: string,
  things: readonly PageThing[],
  rules: readonly HeaderRule[],
  { pages: folder = PAGES_FOLDER, hosts, siteUrl }: Project,
): Found[] {
  const path = file.startsWith(`${folder}/`) ? file.slice(folder.length + 1) : file;
  const site = new URL(UNKNOWN_SITE);
  const page = new URL(path.split("/").map(encodeURIComponent).join("/"), site.href);
  const own = metaPoliciesOf(html).flatMap(parsePolicies);
  const applied = [...policiesOf(path, rules, hosts), ...own.map((policy) => ({ file, policy }))];
  const local = things.map((thing) => withoutOwnAddress(thing, siteUrl));
  return refusalsOf(local, applied, { page, base: baseOf(html), site }).map((refusal) => ({
    file,
    ...refusal,
  }));
}

/** `https://shop.example/a.jpg` on a page of `https://shop.example` is `/a.jpg`. */
function withoutOwnAddress(thing: PageThing, siteUrl: string | undefined): PageThing {
  if (thing.kind === "inline" || siteUrl === undefined) return thing;
  const address = URL.parse(thing.written);
  if (address === null || address.origin !== new URL(siteUrl).origin) return thing;
  return { ...thing, written: address.pathname + address.search };
}

async function stylesheetsOf(root: string, folder: string): Promise<string[]> {
  const files = await readdir(join(root, folder), { recursive: true });
  return files
    .filter((file) => /\.css$/i.test(file))
    .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
    .toSorted();
}

/** How many other pages a sentence names when the same thing, such as a footer, is on many. */
const NAMED = 4;

/** One sentence for each thing of a page; what is the same in several pages is said once, with its places. */
function sentences(refusals: readonly Found[], folder: string): string[] {
  const told = new Map<string, { first: Found; others: string[] }>();
  const counts = new Map<string, number>();
  for (const refusal of refusals) {
    const { file, thing } = refusal;
    const what = `${thing.directive} ${thing.kind === "inline" ? thing.what + thing.text : thing.written}`;
    // Twice in one page is two things to fix.
    const nth = (counts.get(`${file} ${what}`) ?? 0) + 1;
    counts.set(`${file} ${what}`, nth);
    const same = told.get(`${nth} ${what}`);
    if (same === undefined) told.set(`${nth} ${what}`, { first: refusal, others: [] });
    else same.others.push(`${file}:${thing.line}`);
  }
  return Array.from(told.values(), ({ first, others }) => {
    const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : "";
    const elsewhere = others.length === 0 ? "" : ` (also ${others.slice(0, NAMED).join(", ")}${more})`;
    return `${first.file}:${first.thing.line}: ${refusalSentence(first, folder, elsewhere)}`;
  });
}
