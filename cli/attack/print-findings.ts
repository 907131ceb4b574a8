import type { Finding } from "./attack.ts";

const NAME_WIDTH = 16;
const TRIED_WIDTH = 54;
const GOT_WIDTH = 34;

/** Lines of one table; the attack's name stands before the first of its findings. */
export function printFindings(name: string, findings: readonly Finding[]): void {
  for (const [index, { tried, got, gotThrough }] of findings.entries()) {
    const columns = [
      (index === 0 ? name : "").padEnd(NAME_WIDTH),
      tried.padEnd(TRIED_WIDTH),
      got.padEnd(GOT_WIDTH),
      verdict(tried, gotThrough),
    ];
    console.log(columns.join("  ").trimEnd());
  }
}

function verdict(tried: string, gotThrough: boolean): string {
  if (gotThrough) return "GOT THROUGH";
  return tried === "(not tried)" ? "-" : "held";
}
