/** The library's base class for a limiter with a store of one's own: the README names it, but the entry point does not export it. */
declare module "rate-limiter-flexible/lib/RateLimiterStoreAbstract.js" {
  import type { RateLimiterRes, RateLimiterStoreAbstract } from "rate-limiter-flexible";

  export default abstract class extends RateLimiterStoreAbstract {
    /** Adds `points` to the key and resolves to what `_getRateLimiterRes` reads. */
    protected abstract _upsert(key: string, points: number, durationMs: number): Promise<unknown>;
    protected abstract _getRateLimiterRes(
      key: string,
      changedPoints: number,
      stored: unknown,
    ): RateLimiterRes;
  }
}

declare module "rate-limiter-flexible/lib/RateLimiterRes.js" {
  export { RateLimiterRes as default } from "rate-limiter-flexible";
}
