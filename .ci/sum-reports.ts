import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Adds up the JSON reports that the test runs left in a folder. A step that broke counts as at least one failure. */
const [folder = "", brokenSteps = "0"] = process.argv.slice(2);
const sum = { passed: 0, failed: 0 };
for (const file of readdirSync(folder)) {
  const report = JSON.parse(readFileSync(join(folder, file), "utf8")) as {
    numPassedTests: number;
    numFailedTests: number;
  };
  sum.passed += report.numPassedTests;
  sum.failed += report.numFailedTests;
}
sum.failed = Math.max(sum.failed, Number(brokenSteps));
if (sum.passed === 0) sum.failed += 1;
console.log(`\n${sum.passed} passed, ${sum.failed} failed`);
process.exitCode = sum.failed > 0 ? 1 : 0;
