import assert from "node:assert/strict";
import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { orderCases } from "../../adapters/cases/orders.ts";
import { sendHttp } from "../../adapters/http-client.ts";
import {
  everyVariant,
  FUNCTION_NAMES,
  functionOf,
  type ShopUnderTest,
} from "../../adapters/shop-under-test.ts";
import {
  LAUNCHER_DIFFERENCES,
  launchVercelFunction,
  type LaunchedFunction,
} from "../../adapters/vercel-launcher.ts";
import { dynamodbEnvironment, startLocalDynamodb } from "../../../cli/dev/local-dynamodb.ts";
import { expectPublishedFiles } from "../pages.ts";
import { adapterTests, type Platform } from "../platform.ts";
import { copyProject } from "../project-copy.ts";
import { refusesApiBaseTest } from "../refusals.ts";
import { STRIPE_STAND_IN, VERCEL_PRODUCTION } from "../surroundings.ts";
import { runTool } from "../tool.ts";
import { linkVercelProject } from "../vercel-project.ts";

/** Runs `vercel build`, then what it built in Vercel's launcher, with the environment of a production deployment. */
export const vercelBuild: Platform = {
  name: "vercel build",
  async start(stripe, defer) {
    const { project, remove } = await copyProject();
    defer(remove);
    await linkVercelProject(project);
    const printed = await runTool("vercel", ["build", "--yes"], { cwd: project, env: {} });
    const output = join(project, ".vercel/output");
    for (const name of FUNCTION_NAMES) await addMappedFiles(project, functionFolder(output, name));
    const stripeOrigin = await stripe.serve();
    const dynamodb = await startLocalDynamodb(undefined);
    defer(dynamodb.close);

    const launched: LaunchedFunction[] = [];
    const launch = async (env: Readonly<Record<string, string>>): Promise<Pick<ShopUnderTest, "send">> => {
      const functions = new Map<string, LaunchedFunction>();
      for (const name of FUNCTION_NAMES) {
        const started = await launchVercelFunction({
          folder: functionFolder(output, name),
          entrypoint: `api/${name}.js`,
          env: { ...VERCEL_PRODUCTION, STRIPE_STAND_IN: stripeOrigin, ...env },
          preload: STRIPE_STAND_IN,
        });
        defer(started.stop);
        launched.push(started);
        functions.set(name, started);
      }
      return {
        send: (name, request) => sendHttp(`${functions.get(functionOf(name))?.origin}/api/${name}`, request),
      };
    };
    const log = (): string => launched.map((each) => each.output()).join("");

    const production = { stripe, choose: everyVariant, ...(await launch({})) };
    const onDynamodb = {
      stripe,
      choose: everyVariant,
      ...(await launch(dynamodbEnvironment(dynamodb.config))),
    };
    const misconfigured = await launch({ STRIPE_API_BASE: stripeOrigin });

    return {
      tests: [
        ...adapterTests("built functions", production, { differences: LAUNCHER_DIFFERENCES }),
        ...adapterTests("built functions with DynamoDB", onDynamodb, { cases: orderCases }),
        refusesApiBaseTest(misconfigured, log),
        {
          name: "publishes dist/ and nothing else",
          run: () => expectPublishedFiles(join(output, "static"), project),
        },
        {
          name: "sets the headers of vercel.json on everything",
          run: () => expectHeaderRoute(project, output),
        },
        {
          name: "D04: packs private/ into the download function alone",
          run: () => expectPrivateFiles(output),
        },
        {
          name: "I01: the build prints no error of the TypeScript compiler",
          run: async () => assert.doesNotMatch(printed, /error TS\d+/),
        },
        { name: "gives each function 30 seconds on Node 24", run: () => expectFunctionSettings(output) },
      ],
      output: log,
    };
  },
};

function functionFolder(output: string, name: string): string {
  return join(output, "functions/api", `${name}.func`);
}

/** The build does not copy what `includeFiles` names but lists it; Vercel puts it in its place when it deploys the function. */
async function addMappedFiles(project: string, folder: string): Promise<void> {
  const { filePathMap } = await readJson<{ filePathMap?: Record<string, string> }>(folder, ".vc-config.json");
  for (const [path, source] of Object.entries(filePathMap ?? {})) {
    await cp(join(project, source), join(folder, path), { recursive: true });
  }
}

async function expectPrivateFiles(output: string): Promise<void> {
  for (const name of FUNCTION_NAMES) {
    const hasFiles = (await readdir(functionFolder(output, name))).includes("private");
    assert.equal(hasFiles, name === "download", name);
  }
}

async function expectHeaderRoute(project: string, output: string): Promise<void> {
  const { headers } = await readJson<{ headers: [{ headers: { key: string; value: string }[] }] }>(
    project,
    "vercel.json",
  );
  const { routes } = await readJson<{ routes: unknown[] }>(output, "config.json");
  assert.deepEqual(routes[0], {
    src: "^(?:/(.*))$",
    headers: Object.fromEntries(headers[0].headers.map(({ key, value }) => [key, value])),
    continue: true,
  });
}

async function expectFunctionSettings(output: string): Promise<void> {
  for (const name of FUNCTION_NAMES) {
    const settings = await readJson<Record<string, unknown>>(
      output,
      `functions/api/${name}.func/.vc-config.json`,
    );
    assert.equal(settings["maxDuration"], 30);
    assert.equal(settings["runtime"], "nodejs24.x");
  }
}

async function readJson<T>(folder: string, file: string): Promise<T> {
  return JSON.parse(await readFile(join(folder, file), "utf8")) as T;
}
