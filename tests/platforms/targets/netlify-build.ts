import assert from "node:assert/strict";
import { mkdir, readdir, readFile, realpath, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { unzipSync } from "fflate";

import { orderCases } from "../../adapters/cases/orders.ts";
import { sendHttp } from "../../adapters/http-client.ts";
import { everyVariant, FUNCTION_NAMES, type ShopUnderTest } from "../../adapters/shop-under-test.ts";
import { NETLIFY_REDIRECTS } from "../../../cli/site/function-rules.ts";
import { dynamodbEnvironment, startLocalDynamodb } from "../../../cli/dev/local-dynamodb.ts";
import { freePort } from "../free-port.ts";
import { expectPublishedFiles } from "../pages.ts";
import { adapterTests, type Platform } from "../platform.ts";
import { copyProject } from "../project-copy.ts";
import { refusesApiBaseTest } from "../refusals.ts";
import { NETLIFY_PRODUCTION, STRIPE_STAND_IN } from "../surroundings.ts";
import { runTool, startTool, type RunningTool } from "../tool.ts";

const RUNTIME = fileURLToPath(new URL("../netlify-runtime.ts", import.meta.url));

/** Runs `netlify build`, then the archives it would deploy, as Lambda runs them, with the environment of a production site. */
export const netlifyBuild: Platform = {
  name: "netlify build",
  async start(stripe, defer) {
    const { folder, project, remove } = await copyProject();
    defer(remove);
    await runTool("netlify", ["build", "--offline"], { cwd: project, env: {} });
    const archives = join(project, ".netlify/functions");
    const unpacked = join(folder, "functions");
    for (const name of FUNCTION_NAMES) await unpack(join(archives, `${name}.zip`), join(unpacked, name));
    const stripeOrigin = await stripe.serve();
    const dynamodb = await startLocalDynamodb(undefined);
    defer(dynamodb.close);

    const runtimes: RunningTool[] = [];
    const run = async (
      env: Readonly<Record<string, string>>,
    ): Promise<Pick<ShopUnderTest, "send" | "scheduler">> => {
      const port = await freePort();
      const runtime = await startTool(
        "node",
        ["--import", STRIPE_STAND_IN.href, RUNTIME, unpacked, String(port)],
        {
          // Lambda starts a function in the folder of its files. Only the download function reads any.
          cwd: join(unpacked, "download"),
          env: { ...NETLIFY_PRODUCTION, STRIPE_STAND_IN: stripeOrigin, ...env },
          ready: "runtime is ready",
        },
      );
      defer(runtime.stop);
      runtimes.push(runtime);
      return {
        scheduler: "host",
        send: (name, request) => sendHttp(`http://127.0.0.1:${port}/api/${name}`, request),
      };
    };
    const log = (): string => runtimes.map((runtime) => runtime.output()).join("");

    const production = { stripe, choose: everyVariant, ...(await run({})) };
    const onDynamodb = { stripe, choose: everyVariant, ...(await run(dynamodbEnvironment(dynamodb.config))) };
    const misconfigured = await run({ STRIPE_API_BASE: stripeOrigin });

    return {
      tests: [
        ...adapterTests("built functions", production),
        ...adapterTests("built functions with DynamoDB", onDynamodb, { cases: orderCases }),
        refusesApiBaseTest(misconfigured, log),
        { name: "publishes dist/ and nothing private", run: () => expectPublishedSite(project) },
        {
          name: "D04: packs private/ into the download function alone",
          run: () => expectPrivateFiles(unpacked),
        },
        {
          name: "packages every function for Node 24, each without node_modules",
          run: () => expectArchives(project, unpacked),
        },
      ],
      output: log,
    };
  },
};

async function unpack(archive: string, folder: string): Promise<void> {
  for (const [path, bytes] of Object.entries(unzipSync(await readFile(archive)))) {
    if (path.endsWith("/")) continue;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), bytes);
  }
}

/** The settings as Netlify read them: it would deploy these with the files. */
async function expectPublishedSite(project: string): Promise<void> {
  const settings = await readFile(join(project, ".netlify/netlify.toml"), "utf8");
  assert.ok(settings.includes(`\npublish = "${await realpath(join(project, "dist"))}"\n`), settings);
  for (const { from, to } of NETLIFY_REDIRECTS) {
    const rule = `from = "${from}"
to = "${to}"
status = 200`;
    assert.ok(settings.includes(rule), rule);
  }
  assert.match(settings, /^Content-Security-Policy = "default-src 'none'; /m);
  await expectPublishedFiles(join(project, "dist"), project);
}

async function expectPrivateFiles(unpacked: string): Promise<void> {
  for (const name of FUNCTION_NAMES) {
    const hasFiles = (await readdir(join(unpacked, name))).includes("private");
    assert.equal(hasFiles, name === "download", name);
  }
  const files = await readdir(join(unpacked, "download/private"));
  assert.ok(files.includes("the-tide-reader.pdf"), files.join(", "));
}

async function expectArchives(project: string, unpacked: string): Promise<void> {
  const manifest = await readFile(join(project, ".netlify/functions/manifest.json"), "utf8");
  const { functions } = JSON.parse(manifest) as { functions: { name: string; runtimeVersion: string }[] };
  const sources = await readdir(join(project, "netlify/functions"));
  assert.deepEqual(functions.map(({ name }) => `${name}.ts`).toSorted(), sources.toSorted());
  assert.deepEqual(new Set(functions.map(({ runtimeVersion }) => runtimeVersion)), new Set(["nodejs24.x"]));
  for (const name of FUNCTION_NAMES) {
    assert.ok(!(await readdir(join(unpacked, name))).includes("node_modules"), name);
  }
}
