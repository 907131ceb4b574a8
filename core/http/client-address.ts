/** What only a host's adapter can know about a request: nothing in it was written by the caller. */
export interface Caller {
  ip?: string | undefined;
}

/**
 * The address that the host vouches for; undefined if none does. X-Forwarded-For is never read: whatever a caller wrote into it stands
 * left of what is true.
 *
 * `addressHeader` is the one header into which only the host that we run on writes the address.
 */
export function clientAddress(
  request: Request,
  { ip }: Caller,
  addressHeader: string | undefined,
): string | undefined {
  if (ip !== undefined) return ip;
  return addressHeader === undefined ? undefined : (request.headers.get(addressHeader) ?? undefined);
}
