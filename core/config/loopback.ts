/** True for a host on this machine, with or without a port, as `URL` spells it: `localhost:3000`, `127.0.0.1`, `[::1]:8888`. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::|$)/.test(host);
}
