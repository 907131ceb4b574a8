import { execFile } from "node:child_process";

/**
 * `npm audit`, where a registry answers it. A known hole in a package that is shipped fails whatever its severity; in a tool that
 * only builds or tests the shop it fails from high on. Without an answer there is nothing to judge, and the step says so.
 */
interface Audit {
  vulnerabilities?: Record<string, { severity: string; via: unknown[] }>;
  message?: string;
}

const shipped = await audit("--omit=dev");
const everything = await audit();
if (shipped.vulnerabilities === undefined || everything.vulnerabilities === undefined) {
  console.log(`Skipped: no registry answers "npm audit" here (${shipped.message ?? everything.message}).`);
} else {
  const holes = [
    ...list(shipped.vulnerabilities, () => true),
    ...list(everything.vulnerabilities, (severity) => ["high", "critical"].includes(severity)),
  ];
  for (const hole of new Set(holes)) console.log(hole);
  console.log(
    holes.length === 0 ? "No known holes that matter." : "Update these, or say in docs/security.md why not.",
  );
  process.exitCode = holes.length === 0 ? 0 : 1;
}

/** npm ends with 1 when it finds something and when nobody answers; what it prints tells which. */
async function audit(...flags: string[]): Promise<Audit> {
  return new Promise((resolve) => {
    execFile("npm", ["audit", "--json", ...flags], { maxBuffer: 64 * 1024 * 1024 }, (_error, output) => {
      resolve(parse(output));
    });
  });
}

function parse(output: string): Audit {
  try {
    return JSON.parse(output) as Audit;
  } catch {
    return { message: "its answer is not JSON" };
  }
}

function list(
  found: NonNullable<Audit["vulnerabilities"]>,
  matters: (severity: string) => boolean,
): string[] {
  return Object.entries(found)
    .filter(([, { severity }]) => matters(severity))
    .map(([name, { severity }]) => `${name}: ${severity}`);
}
