import { attachment } from "../../http/content-disposition.ts";
import { describeError } from "../../log/log.ts";
import { withTimeout, type Schedule } from "../../retry/with-timeout.ts";

export interface BucketConfig {
  name: string;
  /** `https://s3.eu-central-1.amazonaws.com`, without the bucket. */
  endpoint: URL;
  /** `auto` for R2 and Tigris. */
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
}

/** The owner's private bucket: AWS S3, Cloudflare R2, Tigris, or any other that speaks S3. */
export interface Bucket {
  /** Asks the bucket, for a moment at most, whether it would serve this file. Never rejects. */
  probe(key: string): Promise<BucketProbe>;

  /** An address that gives this one file to anyone who has it, for a few minutes, and tells the browser to save it. */
  linkTo(key: string, download: BucketDownload): Promise<string>;
}

interface BucketDownload {
  /** The signature is good for one method. */
  method: "GET" | "HEAD";
  fileName: string;
  contentType: string;
}

type BucketProbe =
  | { kind: "there" }
  /** A buyer who is sent there would see this refusal: 404, or 403 if the key may not list the bucket. */
  | { kind: "refused"; status: number }
  /** The bucket did not say in time: no connection, too busy, broken. */
  | { kind: "unknown"; reason: string };

export interface BucketDependencies {
  fetch: typeof globalThis.fetch;
  now: () => number;
  schedule: Schedule;
}

/** Long enough to follow a redirect and to resume a transfer that broke off soon; too short to be worth passing on. */
const LINK_GOOD_FOR_SECONDS = 300;

/** A buyer waits for it. */
const LOOK_FOR_MS = 1_500;

/** The bucket is busy, which says nothing about the file. */
const BUSY = [408, 425, 429];

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html */
export function createBucket(config: BucketConfig, { fetch, now, schedule }: BucketDependencies): Bucket {
  async function sign(method: "GET" | "HEAD", url: URL): Promise<string> {
    url.searchParams.set("X-Amz-Expires", String(LINK_GOOD_FOR_SECONDS));
    const { AwsV4Signer } = await import("aws4fetch");
    const signer = new AwsV4Signer({
      method,
      url: url.href,
      service: "s3",
      region: config.region,
      accessKeyId: config.accessKeyId,
      secretAccessKey: config.secretAccessKey,
      // 20261121T120000Z
      datetime: new Date(now()).toISOString().replace(/[:-]|\.\d{3}/g, ""),
      signQuery: true,
    });
    const { url: signed } = await signer.sign();
    // This is how forms write a blank; some services that speak S3 take it for a plus.
    signed.search = signed.search.replaceAll("+", "%20");
    return signed.href;
  }

  return {
    async probe(key) {
      try {
        const url = await sign("HEAD", objectUrl(config, key));
        const { ok, status } = await withTimeout(LOOK_FOR_MS, schedule, (signal) =>
          fetch(url, { method: "HEAD", redirect: "manual", signal }),
        );
        if (ok) return { kind: "there" };
        const isRefusal = status >= 400 && status < 500 && !BUSY.includes(status);
        return isRefusal
          ? { kind: "refused", status }
          : { kind: "unknown", reason: `The bucket answered ${status}.` };
      } catch (error) {
        return { kind: "unknown", reason: describeError(error) };
      }
    },

    linkTo(key, { method, fileName, contentType }) {
      const url = objectUrl(config, key);
      // What the bucket should say about the file, however it was uploaded:
      // https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
      url.searchParams.set("response-content-disposition", attachment(fileName));
      url.searchParams.set("response-content-type", contentType);
      return sign(method, url);
    },
  };
}

/**
 * The bucket is part of the host name, as Tigris demands and S3 and R2 prefer. If a host name cannot hold it (an address of numbers,
 * a name with dots, which no certificate covers), or the endpoint has a path of its own, it is part of the path.
 */
function objectUrl({ endpoint, name }: BucketConfig, key: string): URL {
  const path = key.split("/").map(encodeURIComponent).join("/");
  const base = endpoint.pathname.replace(/\/+$/, "");
  const inPath = base !== "" || name.includes(".") || /^(?:localhost|[\d.]+|\[.*\])$/.test(endpoint.hostname);
  return inPath
    ? new URL(`${base}/${name}/${path}`, endpoint)
    : new URL(`/${path}`, `${endpoint.protocol}//${name}.${endpoint.host}`);
}
