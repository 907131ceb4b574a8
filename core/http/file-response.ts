import { createHash } from "node:crypto";

import { requestedRange } from "./byte-range.ts";
import { attachment } from "./content-disposition.ts";
import { bytesResponse } from "./responses.ts";

export interface ServedFile {
  bytes: Uint8Array<ArrayBuffer>;
  fileName: string;
  contentType: string;
}

/** The file, or the part of it that `request` asks for, to be saved under its name. */
export function fileResponse(request: Request, { bytes, fileName, contentType }: ServedFile): Response {
  const size = bytes.byteLength;
  // Made from the content: the hosts give every file the same date.
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  const range = requestedRange(request, size, etag);
  const headers = { "Accept-Ranges": "bytes", ETag: etag };
  if (range.kind === "unsatisfiable") {
    return bytesResponse(416, null, { ...headers, "Content-Range": `bytes */${size}` });
  }

  const { first, last } = range.kind === "part" ? range : { first: 0, last: size - 1 };
  const body = bytes.subarray(first, last + 1);
  return bytesResponse(range.kind === "part" ? 206 : 200, request.method === "HEAD" ? null : body, {
    ...headers,
    "Content-Type": contentType,
    "Content-Disposition": attachment(fileName),
    "Content-Length": String(body.byteLength),
    ...(range.kind === "part" && { "Content-Range": `bytes ${first}-${last}/${size}` }),
  });
}
