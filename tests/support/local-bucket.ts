import { createHash, createHmac } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";

import { createRequestListener } from "@remix-run/node-fetch-server";

import type { BucketConfig } from "../../core/delivery/files/bucket.ts";
import { fileResponse } from "../../core/http/file-response.ts";
import { closeServer, listen } from "../../cli/dev/listen.ts";

const KEYS = { accessKeyId: "testAccessKey", secretAccessKey: "testSecretKey/with+signs" };
const NAME = "files-for-sale";

/** A bucket on loopback. AWS's own code checks each signature. */
export interface LocalBucket {
  config: BucketConfig;
  /** The variables of a shop that sells from it. */
  environment: Record<string, string>;
  /** By key. */
  objects: Map<string, Buffer>;
  /** `HEAD big/film.mp4`, for each request whose signature was right. */
  requests: string[];
  /** Replaces an answer; the bucket's own is sent if it returns undefined. */
  interfere: ((request: Request) => Promise<Response> | Response | undefined) | undefined;
  close(): Promise<void>;
}

export async function startLocalBucket(now: () => number): Promise<LocalBucket> {
  const server = createServer(createRequestListener(answer));
  const port = await listen(server, 0);
  const endpoint = new URL(`http://127.0.0.1:${port}`);
  const bucket: LocalBucket = {
    config: { name: NAME, endpoint, region: "auto", ...KEYS },
    environment: {
      FILES_BUCKET: NAME,
      FILES_BUCKET_ENDPOINT: endpoint.href,
      FILES_BUCKET_REGION: "auto",
      FILES_BUCKET_ACCESS_KEY_ID: KEYS.accessKeyId,
      FILES_BUCKET_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    },
    objects: new Map(),
    requests: [],
    interfere: undefined,
    close: () => closeServer(server),
  };
  return bucket;

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    if (!(await isSigned(request.method, url, now()))) return new Response("<Error/>", { status: 403 });
    const [, name, ...parts] = url.pathname.split("/").map(decodeURIComponent);
    const key = parts.join("/");
    bucket.requests.push(`${request.method} ${key}`);
    const instead = await bucket.interfere?.(request);
    if (instead !== undefined) return instead;
    const bytes = bucket.objects.get(key);
    if (name !== NAME || bytes === undefined) {
      return new Response("<Error><Code>NoSuchKey</Code></Error>", {
        status: 404,
        headers: { "Content-Type": "application/xml" },
      });
    }
    const response = fileResponse(request, { bytes: new Uint8Array(bytes), fileName: "", contentType: "" });
    response.headers.set("Content-Type", url.searchParams.get("response-content-type") ?? "");
    response.headers.set("Content-Disposition", url.searchParams.get("response-content-disposition") ?? "");
    return response;
  }
}

interface SignatureV4 {
  presign(request: object, options: object): Promise<{ query: Record<string, string> }>;
}

/** Packages that the AWS SDK installs for its own use. */
const fromSdk = createRequire(createRequire(import.meta.url).resolve("@aws-sdk/client-dynamodb"));
const { SignatureV4 } = fromSdk("@smithy/signature-v4") as {
  SignatureV4: new (options: object) => SignatureV4;
};

class Sha256 {
  readonly #hash;
  constructor(secret?: string | Uint8Array) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret);
  }
  update(bytes: string | Uint8Array): void {
    this.#hash.update(bytes);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

/** Signs the same request again with AWS's code and the known key, and compares. */
async function isSigned(method: string, url: URL, nowMs: number): Promise<boolean> {
  const query = Object.fromEntries(url.searchParams);
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query["X-Amz-Date"] ?? "") ?? [];
  const signedMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  const expiresIn = Number(query["X-Amz-Expires"]);
  const unsigned = Object.fromEntries(Object.entries(query).filter(([name]) => !name.startsWith("X-Amz-")));
  const signer = new SignatureV4({
    credentials: KEYS,
    region: "auto",
    service: "s3",
    sha256: Sha256,
    uriEscapePath: false,
  });
  const path = url.pathname
    .split("/")
    .map((part) =>
      encodeURIComponent(decodeURIComponent(part)).replace(
        /[!'()*]/g,
        (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join("/");
  const signed = await signer.presign(
    {
      method,
      protocol: "http:",
      hostname: url.hostname,
      port: Number(url.port),
      path,
      query: unsigned,
      headers: { host: url.host, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" },
    },
    {
      expiresIn,
      signingDate: new Date(signedMs),
      unhoistableHeaders: new Set(["x-amz-content-sha256"]),
      unsignableHeaders: new Set(["x-amz-content-sha256"]),
    },
  );
  const inTime = nowMs >= signedMs && nowMs < signedMs + expiresIn * 1000;
  return inTime && signed.query["X-Amz-Signature"] === query["X-Amz-Signature"];
}
