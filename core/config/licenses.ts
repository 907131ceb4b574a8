import { parseSigningKey, type SigningKey } from "../delivery/licenses/signing-key.ts";

const HOW = "`npm run license:keys` makes it; copy the line it prints";

/** Empty without LICENSE_PRIVATE_KEY: then no price that brings a license key is sold. */
export function readLicenseKeys(variables: Readonly<Record<string, string>>): {
  keys: readonly SigningKey[];
  problems: string[];
} {
  const texts = (variables["LICENSE_PRIVATE_KEY"] ?? "").split(/[\s,]+/).filter((text) => text !== "");
  const keys = texts.map(parseSigningKey).filter((key) => key !== undefined);
  if (keys.length < texts.length) {
    const problem = `LICENSE_PRIVATE_KEY is not a key for licenses: it starts with lsk1_ (several are separated by commas); ${HOW}.`;
    return { keys: [], problems: [problem] };
  }
  if (new Set(keys.map(({ from }) => from)).size < keys.length) {
    const problem =
      "LICENSE_PRIVATE_KEY holds two keys that begin on the same day, so it is unclear which of them signs: remove one.";
    return { keys: [], problems: [problem] };
  }
  return { keys, problems: [] };
}
