import { http, type RequestHandler } from "msw";

import { isForStripe } from "./is-for-stripe.ts";

/** Routes what a Stripe SDK sends into the simulation. */
export function createMswHandlers(answer: (request: Request) => Promise<Response>): RequestHandler[] {
  return [
    http.all(
      ({ request }) => isForStripe(new URL(request.url)),
      ({ request }) => answer(request),
    ),
  ];
}
