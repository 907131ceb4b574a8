import type * as z from "zod/mini";

import type { LogFields } from "../log/fields.ts";
import type { Caller } from "./client-address.ts";
import type { HttpError } from "./http-error.ts";
import type { OriginPolicy } from "./origin.ts";

export type Handler = (request: Request, caller?: Caller) => Promise<Response>;

/**
 * One address of the functions, as one value. The part above `open` is true of every shop: the router, the rules of the hosts and the
 * API document are made from it. `open` adds what one shop's configuration and services bring.
 */
export interface Route<Dependencies> {
  /** Names the route in the log. */
  name: string;
  /** `/api/order-status`. Pages, mails and Stripe know it, so it never changes. */
  path: `/api/${string}`;
  method: "GET" | "POST";
  /** What it does, in a sentence that ends without a full stop. */
  summary: string;
  /** What else a caller has to know. */
  details?: string;
  /** The parameters it reads, by name. */
  query?: Readonly<Record<string, z.ZodMiniType>>;
  requestHeaders?: Readonly<Record<string, z.ZodMiniType>>;
  /** The bearer token in `Authorization`. */
  bearer?: { description: string; isOptional?: true };
  body?: { schema: z.ZodMiniType; example: unknown; alsoAsForm?: true };
  /** By status. */
  answers: Readonly<Record<number, Answer>>;
  /** The codes of its own errors by status. Those that every route may answer are in `COMMON_ERRORS`. */
  errors: Readonly<Record<number, readonly string[]>>;
  /** A browser gets an error as a page. */
  rendersErrors?: true;
  open: (dependencies: Dependencies) => OpenRoute;
  /** What it answers while the shop's environment is wrong; 500 if undefined. */
  closed?: () => Response;
}

export interface Answer {
  description: string;
  /** Its JSON; undefined if it has none. */
  schema?: z.ZodMiniType;
  /** What it is if not JSON, or not always. */
  contentType?: string;
}

export const COMMON_ERRORS = {
  405: ["method_not_allowed"],
  500: ["internal_error", "shop_not_configured"],
} as const;

/** A route of an open shop. */
export interface OpenRoute {
  /** On every answer of this route, errors and OPTIONS included. */
  headers?: Readonly<Record<string, string>>;
  /** Whose pages may call. If undefined, anyone may call, but only pages of the same origin can read the answers. */
  origins?: OriginPolicy;
  /** How often one caller may. A request counts where `handle` calls `context.admit()`: some are refused before. */
  limit?: Limit;
  handle(request: Request, context: RequestContext): Promise<Response>;
  /** Shapes an error for callers that do not read JSON; undefined falls back to JSON. */
  renderError?(error: HttpError, request: Request, requestId: string): Response | undefined;
}

export interface Limit {
  /** @throws HttpError 429 when the caller at this address, which is undefined if no host vouches for one, has asked often enough. */
  admit(address: string | undefined): Promise<void>;
}

export interface RequestContext {
  requestId: string;
  /** The caller's address; undefined if no host vouches for one. */
  address: string | undefined;
  /** Counts this request. @throws HttpError 429 when it is one too many for the route's limit. */
  admit(): Promise<void>;
  /** Adds fields to the one line that is logged for this request; identifiers and outcomes only. */
  note(fields: LogFields): void;
}
