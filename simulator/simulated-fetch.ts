import { isForStripe } from "./is-for-stripe.ts";

/**
 * A `fetch` with Stripe at its other end and no socket in between. As with the real one, a broken connection (`Response.error()`)
 * throws, and so does a request whose caller gives up.
 */
export function createSimulatedFetch(answer: (request: Request) => Promise<Response>): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    if (!isForStripe(new URL(request.url)))
      throw new TypeError(
        `${new URL(request.url).origin} is not an address of Stripe, and only Stripe is simulated.`,
      );
    const response = await Promise.race([answer(request), givenUp(request.signal)]);
    if (response.type === "error") throw new TypeError("The connection to the simulated Stripe broke.");
    return response;
  };
}

function givenUp(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
}
