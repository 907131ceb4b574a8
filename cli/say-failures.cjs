// Prints an error that no command caught as a sentence with its place: a stack does not help an owner. It is loaded before the command,
// because a missing package fails before the command's own first line runs.
const { dirname, relative, sep } = require("node:path");
const { fileURLToPath } = require("node:url");

const root = dirname(__dirname);

process.on("uncaughtException", (error) => {
  console.error(sentence(error));
  process.exit(1);
});

function sentence(error) {
  if (!(error instanceof Error)) return `Something went wrong: ${String(error)}`;
  if (Array.isArray(error.problems)) return error.problems.join("\n");
  const [, missing] = /^Cannot find package '([^']+)'/.exec(error.message) ?? [];
  if (missing !== undefined) return notInstalled(missing);
  const place = placeOf(error.stack ?? "");
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : "";
  return `${place === undefined ? "" : `${place}: `}${error.message}${cause}`;
}

function notInstalled(name) {
  const why =
    process.env.NODE_ENV === "production"
      ? " NODE_ENV=production is set here, and leaves out what is only for development: `npm ci --include=dev` installs it all the same."
      : "";
  return `The package ${name} is not installed. Run \`npm ci\` in the project's folder.${why}`;
}

/** `cli/build.ts:12:3`: where the project's own code stood. A syntax error names its line at the very beginning of the stack. */
function placeOf(stack) {
  const [, syntaxFile, syntaxLine] = /^(\S+?)(?:\?\d+)?:(\d+)\n/.exec(stack) ?? [];
  if (syntaxFile !== undefined && isOwn(pathOf(syntaxFile)))
    return `${shown(pathOf(syntaxFile))}:${syntaxLine}`;
  for (const [, file, at] of stack.matchAll(
    /\(?((?:file:\/\/|\/|[A-Za-z]:\\)\S+?)(?:\?\d+)?:(\d+:\d+)\)?$/gm,
  )) {
    if (isOwn(pathOf(file))) return `${shown(pathOf(file))}:${at}`;
  }
  return undefined;
}

function pathOf(file) {
  return file.startsWith("file://") ? fileURLToPath(file) : file;
}

function isOwn(file) {
  return file.startsWith(root + sep) && !file.includes(`node_modules${sep}`);
}

function shown(file) {
  return relative(root, file).replaceAll("\\", "/");
}
