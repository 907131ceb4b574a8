import { readFileSync } from "node:fs";

import { findCanaries } from "../tests/support/canaries.ts";

/** Exits with 1 when the output of the whole run holds a string that stands for a buyer or a key. */
const [file = ""] = process.argv.slice(2);
const lines = readFileSync(file, "utf8").split("\n");
const leaks = lines.flatMap((line, index) => (findCanaries(line).length > 0 ? [index + 1] : []));
console.log(`${lines.length} lines were printed; ${leaks.length} of them hold something private.`);
if (leaks.length > 0) console.log(`See lines ${leaks.slice(0, 20).join(", ")} of this output.`);
process.exitCode = leaks.length > 0 ? 1 : 0;
