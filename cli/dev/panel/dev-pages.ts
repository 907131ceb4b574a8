import { readFile } from "node:fs/promises";

import { lookup } from "mrmime";

import type { Services } from "../../../core/services.ts";
import type { SimulatedStripe } from "../../../simulator/simulated-stripe.ts";
import { createInboxPages, type InboxDependencies } from "../inbox/inbox-pages.ts";
import { html } from "../../../core/format/html.ts";
import { unreadableAddress } from "../error-page.ts";
import { apiDocsResponse } from "./api-docs.ts";
import { devPage, refusal } from "./document.ts";
import type { ShopSide } from "./order-actions.ts";
import { createOrderPages } from "./order-pages.ts";

export interface DevPagesDependencies extends InboxDependencies {
  /** Undefined when the shop talks to the real Stripe, where the dashboard does what the panel does here. */
  stripe: SimulatedStripe | undefined;
  loadServices: () => Promise<Pick<Services, "store" | "storage">>;
  tryAgain: ShopSide["tryAgain"];
}

const ASSETS = ["dev.css", "live-update.js"];

/**
 * `/__dev` and the pages below it, for the developer at this machine. No deployed bundle contains them. Resolves to
 * undefined for every other address.
 */
export function createDevPages({ stripe, loadServices, tryAgain, ...inbox }: DevPagesDependencies) {
  const inboxPages = createInboxPages(inbox);
  const orderPages =
    stripe === undefined
      ? undefined
      : createOrderPages({ stripe, loadServices, tryAgain, mailbox: inbox.mailbox });

  return async (request: Request): Promise<Response | undefined> => {
    const { pathname, hostname } = new URL(request.url);
    const path = pathname.replace(/\/$/, "");
    if (path !== "/__dev" && !path.startsWith("/__dev/")) return undefined;
    if (!isFromHere(request, hostname))
      return refusal(
        403,
        "Only for this machine",
        "Open this page on the machine the shop runs on, at http://localhost. It accepts forms from its own pages only.",
      );
    if (!["GET", "HEAD", "POST"].includes(request.method))
      return refusal(405, "This method is not supported here", "Use GET or POST.");

    if (!isReadable(pathname)) return unreadableAddress();
    if (request.method === "POST" && !isForm(request)) {
      return refusal(400, "This is not a form", "Send a form of these pages.");
    }

    const apiDocs = await apiDocsResponse(pathname);
    if (apiDocs !== undefined) return apiDocs;
    const asset = ASSETS.find((name) => path === `/__dev/assets/${name}`);
    if (asset !== undefined) return assetResponse(asset);
    const answer = (await inboxPages(request.clone(), path)) ?? (await orderPages?.(request, path));
    if (answer !== undefined) return answer;
    if (path === "/__dev" && orderPages === undefined) return withRealStripe();
    return refusal(404, "There is no such page", "The address may be cut off, or the mail was deleted.");
  };
}

/**
 * Any page a developer looks at could post to localhost, and a name that resolves to this machine could read from it: both carry
 * marks that no page can forge.
 */
function isFromHere(request: Request, hostname: string): boolean {
  if (!["localhost", "127.0.0.1", "[::1]"].includes(hostname)) return false;
  const site = request.headers.get("Sec-Fetch-Site");
  if (site !== null) return site === "same-origin" || (site === "none" && request.method !== "POST");
  return request.method !== "POST" || request.headers.get("Origin") === new URL(request.url).origin;
}

function isReadable(pathname: string): boolean {
  try {
    return !decodeURIComponent(pathname).includes("\0");
  } catch {
    return false;
  }
}

function isForm(request: Request): boolean {
  const type = request.headers.get("Content-Type") ?? "";
  return /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type);
}

function withRealStripe(): Response {
  const body = html`
    <h1>Orders</h1>
    <p class="lead">
      This shop talks to the real Stripe. Refund, dispute and renew in
      <a href="https://dashboard.stripe.com/test/payments">its dashboard</a>; without a key in .env they can
      be simulated here.
    </p>
  `;
  return devPage({ title: "Orders", section: "orders", body });
}

async function assetResponse(name: string): Promise<Response> {
  const file = await readFile(new URL(name, import.meta.url));
  return new Response(new Uint8Array(file), {
    headers: {
      "Cache-Control": "no-store",
      "Content-Type": `${lookup(name) ?? "text/plain"}; charset=utf-8`,
      "X-Content-Type-Options": "nosniff",
    },
  });
}
