// Loaded before every command (`node -r`), on whatever Node there is, so it is written for old ones. A `pre…` script alone is not enough:
// pnpm does not run those by default.
var parts = process.versions.node.split(".").map(Number);
if (parts[0] < 22 || (parts[0] === 22 && parts[1] < 18)) {
  console.error(
    "This project needs Node.js 22.18 or newer; this is " +
      process.versions.node +
      ". " +
      "On Linux and Windows `npm ci` brings a Node 24 of its own; elsewhere install it from https://nodejs.org.",
  );
  process.exit(1);
}
require("./say-failures.cjs");
