import dynalite from "dynalite";

import { listen } from "../../../cli/dev/listen.ts";

/** A local DynamoDB. FOLDER: where its tables are, by default in memory. PORT: by default a free one. */
const { FOLDER, PORT = "0" } = process.env;
const server = dynalite({
  ...(FOLDER && { path: FOLDER }),
  createTableMs: 0,
  updateTableMs: 0,
  deleteTableMs: 0,
});
process.send?.({ port: await listen(server, Number(PORT)) });
// An orphan ends with its parent.
process.once("disconnect", () => process.exit());
