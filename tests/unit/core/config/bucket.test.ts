import { expect, test } from "vitest";

import { readBucket } from "../../../../core/config/bucket.ts";

const GOOD = {
  FILES_BUCKET: "low-tide-files",
  FILES_BUCKET_REGION: "eu-central-1",
  FILES_BUCKET_ACCESS_KEY_ID: "AKID",
  FILES_BUCKET_SECRET_ACCESS_KEY: "secret/key+1",
};
const R2 = "https://acc.r2.cloudflarestorage.com";

test("an AWS bucket needs no endpoint, others name theirs", () => {
  expect(readBucket(GOOD)).toEqual({
    problems: [],
    config: {
      name: "low-tide-files",
      endpoint: new URL("https://s3.eu-central-1.amazonaws.com"),
      region: "eu-central-1",
      accessKeyId: "AKID",
      secretAccessKey: "secret/key+1",
    },
  });
  const elsewhere = readBucket({ ...GOOD, FILES_BUCKET_REGION: "auto", FILES_BUCKET_ENDPOINT: R2 });
  expect(elsewhere.config?.endpoint.href).toBe(`${R2}/`);
});

test("a bucket is optional", () => {
  expect(readBucket({})).toEqual({ config: undefined, problems: [] });
});

test.each([
  ["FILES_BUCKET", { FILES_BUCKET: "https://low-tide-files.s3.amazonaws.com" }],
  ["FILES_BUCKET", { FILES_BUCKET: "Low_Tide" }],
  ["FILES_BUCKET_REGION", { FILES_BUCKET_REGION: "EU (Frankfurt)" }],
  ["FILES_BUCKET_ACCESS_KEY_ID", { FILES_BUCKET_ACCESS_KEY_ID: "AKID\n" }],
  ["FILES_BUCKET_SECRET_ACCESS_KEY", { FILES_BUCKET_SECRET_ACCESS_KEY: "secret " }],
  ["FILES_BUCKET_ENDPOINT", { FILES_BUCKET_REGION: "auto" }],
  ["FILES_BUCKET_ENDPOINT", { FILES_BUCKET_ENDPOINT: "acc.r2.cloudflarestorage.com" }],
  ["FILES_BUCKET_ENDPOINT", { FILES_BUCKET_ENDPOINT: "http://acc.r2.cloudflarestorage.com" }],
  ["FILES_BUCKET_ENDPOINT", { FILES_BUCKET_ENDPOINT: "http://127.0.0.1:9000", VERCEL: "1" }],
])("C03: %s is refused, and named, in %o", (name, wrong) => {
  const { config, problems } = readBucket({ ...GOOD, ...wrong });
  expect(config).toBeUndefined();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^${name} `));
});

test("C03: each missing variable is named", () => {
  expect(
    readBucket({ FILES_BUCKET: "low-tide-files" }).problems.map((problem) => problem.split(" ")[0]),
  ).toEqual(["FILES_BUCKET_REGION", "FILES_BUCKET_ACCESS_KEY_ID", "FILES_BUCKET_SECRET_ACCESS_KEY"]);
  expect(readBucket({ FILES_BUCKET_REGION: "auto" }).problems[0]).toMatch(
    /^FILES_BUCKET is not set although FILES_BUCKET_REGION is/,
  );
});

test("a bucket on this machine may do without https", () => {
  expect(readBucket({ ...GOOD, FILES_BUCKET_ENDPOINT: "http://127.0.0.1:9000" }).problems).toEqual([]);
});
