/**
 * `Content-Disposition` for a file that is saved under its name, whatever characters that has: a plain form for old programs, and one
 * for all of Unicode (https://www.rfc-editor.org/rfc/rfc6266, https://www.rfc-editor.org/rfc/rfc8187).
 */
export function attachment(fileName: string): string {
  // Half a surrogate pair cannot be encoded; control characters have no place in a file's name.
  const name = fileName.toWellFormed().replace(/\p{Cc}/gu, "");
  // A percent sign makes some browsers decode the plain form, too.
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/gu, "_");
  return plain === name
    ? `attachment; filename="${plain}"`
    : `attachment; filename="${plain}"; filename*=UTF-8''${encodeExtended(name)}`;
}

/** `encodeURIComponent` leaves alone four characters that an extended value may not hold. */
function encodeExtended(text: string): string {
  return encodeURIComponent(text).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
