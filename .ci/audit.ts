import { execFile } from "node:child_process";

/**
 * `npm audit`, where a registry answers it. A known hole in a shipped package fails whatever its severity; a hole in a tool that only
 * builds or tests the shop fails if it is high or critical. Without an answer the step is skipped and says so.
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

/** npm exits with 1 both when it finds something and when no registry answers; its output tells which. */
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
