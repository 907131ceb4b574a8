import * as z from "zod/mini";

import type { Bucket } from "../delivery/files/bucket.ts";
import { requireInBucket } from "../delivery/files/require-in-bucket.ts";
import { contentTypeOf } from "../delivery/files/content-type.ts";
import type { DownloadCounter } from "../delivery/files/download-counter.ts";
import type { DownloadLinks } from "../delivery/files/download-links.ts";
import { fileNameOf, filesOf, type OrderFile } from "../delivery/files/order-files.ts";
import type { PrivateFolder } from "../delivery/files/private-folder.ts";
import { errorPageResponse } from "../http/error-page.ts";
import { fileResponse } from "../http/file-response.ts";
import { HttpError, unavailable } from "../http/http-error.ts";
import { found } from "../http/responses.ts";
import type { Limit, OpenRoute, Route } from "../http/route.ts";
import { describeError, type Log } from "../log/log.ts";
import { accessOf, type RevocationReason } from "../orders/access.ts";
import type { KnownOrder } from "../orders/known-order.ts";
import type { OrderId } from "../orders/order.ts";
import type { OrderStore } from "../orders/order-store.ts";
import type { ReadThrottle, SingleFlight } from "../order-page/read-throttle.ts";
import { readKnownOrderThrottled } from "../order-page/throttled-known-order.ts";
import type { Site } from "../shop-definition/site.ts";

export interface DownloadDependencies {
  loadServices: () => Promise<{ store: OrderStore; storage: { downloads: DownloadCounter } }>;
  downloadLinks: DownloadLinks;
  privateFolder: PrivateFolder;
  /** Undefined if none is configured; then no price names a file in it. */
  bucket: Bucket | undefined;
  site: Site;
  config: { siteUrl: string };
  readLimit: Limit;
  readThrottle: ReadThrottle;
  now: () => number;
  log: Log;
}

/**
 * `GET /api/download?token=…`: a file that was bought. The link proves who it was made for and how old it is; the order tells whether
 * it is still theirs. Small files are sent from here. For a file in a bucket, the answer redirects to a link that works for minutes.
 */
export const download: Route<DownloadDependencies> = {
  name: "download",
  path: "/api/download",
  method: "GET",
  summary: "A file that was bought",
  query: {
    token: z.string().check(z.describe("Signed by the shop; it names the order and the file, and expires.")),
  },
  answers: {
    200: { description: "The file.", contentType: "*/*" },
    206: {
      description: "The part of the file that `Range` asks for.",
      contentType: "*/*",
    },
    302: { description: "To the file in the bucket, for some minutes." },
    416: { description: "The file has no such part." },
  },
  errors: {
    403: ["link_expired", "link_invalid", "order_not_paid", "order_revoked", "subscription_paused"],
    404: ["file_missing", "file_not_found", "order_not_found"],
    429: ["too_many_looks"],
    503: ["try_again"],
  },
  rendersErrors: true,
  open,
};

function open(dependencies: DownloadDependencies): OpenRoute {
  const { downloadLinks, privateFolder, bucket, site, config, readLimit, readThrottle, log } = dependencies;
  const singleFlight = readThrottle.singleFlight<KnownOrder>();

  return {
    limit: readLimit,

    async handle(request, context) {
      const link = downloadLinks.read(request.url);
      if (link.kind === "expired") throw refused("link_expired", EXPIRED);
      if (link.kind === "invalid") throw refused("link_invalid", INVALID);
      context.note({ orderId: link.orderId, fileId: link.fileId });
      // Each download reads its order again, and a program that resumes in parts reads often.
      await context.admit();

      const file = await fileToHandOut(link.orderId, link.fileId, singleFlight, dependencies);
      const fileName = fileNameOf(file.file);
      const contentType = contentTypeOf(fileName);
      if (typeof file.file !== "string") {
        if (bucket === undefined) throw new Error(`There is no bucket to take ${fileName} from.`);
        const { bucketKey } = file.file;
        await requireInBucket(bucketKey, bucket, { orderId: link.orderId, fileId: link.fileId }, log);
        const method = request.method === "HEAD" ? "HEAD" : "GET";
        const url = await bucket.linkTo(bucketKey, { method, fileName, contentType });
        await count(request, link.orderId, file, dependencies);
        return found(url);
      }

      const bytes = await privateFolder.read(file.file);
      if (bytes === undefined) throw new Error(`${file.file} is not among the files that were deployed.`);
      await count(request, link.orderId, file, dependencies);
      return fileResponse(request, { bytes, fileName, contentType });
    },

    renderError(error, request, requestId) {
      if (!(request.headers.get("accept") ?? "").includes("text/html")) return undefined;
      const page = {
        heading: HEADINGS[error.code] ?? "The download did not start",
        sentences: [error.message],
        supportEmail: site.shop.supportEmail,
        shopUrl: config.siteUrl,
        requestId,
      };
      return errorPageResponse(error.status, page, error.headers);
    },
  };
}

/** @throws HttpError that tells the buyer why not, and what to do. */
async function fileToHandOut(
  orderId: OrderId,
  fileId: string,
  singleFlight: SingleFlight<KnownOrder>,
  { loadServices, site }: DownloadDependencies,
): Promise<OrderFile> {
  const { store } = await loadServices();
  // Having the link is proof enough of being no stranger.
  const read = await readKnownOrderThrottled(store, orderId, { isBuyer: true }, singleFlight).catch(notNow);
  if (read.kind === "later") return notNow();
  const order = read.view;
  if (order === undefined) {
    throw new HttpError(404, "order_not_found", "We could not find the order that this link belongs to.");
  }
  const state = accessOf(order.control);
  if (state.kind === "revoked") {
    const code = state.reason === "subscription_paused" ? "subscription_paused" : "order_revoked";
    throw refused(code, REVOKED[state.reason]);
  }
  if (state.kind === "unpaid") throw refused("order_not_paid", NOT_PAID);
  const file = order.snapshot.items.flatMap((item) => filesOf(item, site)).find(({ id }) => id === fileId);
  if (file === undefined) throw new HttpError(404, "file_not_found", GONE);
  return file;
}

/** Counts each download once: not when it is resumed, nor when a program only asks about it. A count never holds back a paid file. */
async function count(
  request: Request,
  orderId: OrderId,
  file: OrderFile,
  { loadServices, now, log }: DownloadDependencies,
): Promise<void> {
  const isResumed = /^bytes=\s*(?!0+-)/i.test(request.headers.get("range") ?? "");
  if (request.method !== "GET" || isResumed) return;
  try {
    const { storage } = await loadServices();
    await storage.downloads.add(orderId, file, now());
  } catch (error) {
    log.warn("download_not_counted", { orderId, fileId: file.id, error: describeError(error) });
  }
}

function notNow(error?: unknown): never {
  throw unavailable(
    "try_again",
    "Your order could not be looked up right now. Try again in a minute.",
    5,
    error,
  );
}

function refused(code: string, message: string): HttpError {
  return new HttpError(403, code, message);
}

const HEADINGS: Readonly<Record<string, string>> = {
  link_expired: "This link has expired",
  link_invalid: "This link does not work",
  order_revoked: "This download is closed",
  subscription_paused: "This download is closed for now",
  order_not_paid: "This order is not paid yet",
  file_not_found: "This file has moved",
  file_missing: "We cannot find this file",
};

const EXPIRED =
  "Download links work for a limited time. Open your order page for a new one: its address is in the mail about your order.";
const INVALID =
  "Part of the link may be missing. Please open it again from your order page or from the mail about your order.";
const NOT_PAID = "The download opens as soon as your payment has arrived.";
const GONE =
  "It is no longer under this link. Open your order page, which shows all your downloads: its address is in the mail about your order.";
const REVOKED: Readonly<Record<RevocationReason, string>> = {
  refunded: "The order was refunded, so its downloads are closed.",
  dispute_lost: "Your bank took the payment back, so the downloads of this order are closed.",
  subscription_ended: "The subscription has ended, so its downloads are closed.",
  subscription_paused: "The subscription is paused. Its downloads open again as soon as it resumes.",
};
