import type Stripe from "stripe";
import { product } from "../../objects/product.ts";
import type { Product } from "../../state/stored.ts";
import { newId, nowSeconds, type World } from "../../state/world.ts";
import { createProduct, updateProduct } from "../../transitions/change-product.ts";
import { mergeMetadata } from "../../transitions/update-session.ts";
import { StripeApiError, noSuch } from "../errors.ts";
import { expand, expandList } from "../expand.ts";
import { metadata, metadataChange, refuseTooManyKeys } from "../metadata.ts";
import { isSameOrAny, isWithin, newestFirst, paginate, paginationParameters } from "../pagination.ts";
import { boolean, list, oneOf, range, required, text, type Parameter } from "../parameters.ts";
import { expandParameter, route, type Route } from "../route.ts";

const productSettings = {
  active: boolean(),
  description: text({ max: 40_000 }),
  expand: list(text()),
  images: list(text(), { max: 8 }),
  shippable: boolean(),
  statement_descriptor: text({ max: 22 }),
  unit_label: text({ max: 12 }),
  url: text(),
};

// Enough for a shop that keeps records in a product; prices are made in the catalog file.
const createParameters = {
  ...productSettings,
  id: text({ max: 255 }),
  metadata: metadata(),
  name: required(text({ max: 250 })),
};

const updateParameters = {
  ...productSettings,
  metadata: metadataChange(),
  name: text({ max: 250 }),
};

const productListParameters = {
  ...paginationParameters,
  active: boolean(),
  created: range(),
  expand: list(text()),
  ids: list(text()),
  shippable: boolean(),
  type: oneOf<NonNullable<Stripe.ProductListParams["type"]>>({ good: true, service: true }),
  url: text(),
} satisfies Record<keyof Stripe.ProductListParams, Parameter<unknown>>;

export const productRoutes: Route[] = [
  route({
    method: "POST",
    path: "/v1/products",
    parameters: createParameters,
    run({ world, parameters }) {
      const { expand: paths = [], id = newId(world, "prod", 14), ...settings } = parameters;
      if (world.state.products[id] !== undefined) {
        throw new StripeApiError("Product already exists.", { code: "resource_already_exists" });
      }
      const made = product({
        id,
        name: settings.name,
        description: settings.description ?? null,
        images: settings.images ?? [],
        active: settings.active ?? true,
        defaultPrice: null,
        created: nowSeconds(world),
      });
      return expand(world.state, createProduct(world, { ...made, ...given(settings) }), paths);
    },
  }),
  route({
    method: "POST",
    path: "/v1/products/:id",
    parameters: updateParameters,
    run({ world, id, parameters }) {
      const found = productById(world, id);
      const { expand: paths = [], metadata: change, ...settings } = parameters;
      const changes = { ...given(settings), ...metadataChanges(found, change) };
      updateProduct(world, found, changes);
      return expand(world.state, found, paths);
    },
  }),
  route({
    method: "GET",
    path: "/v1/products/:id",
    parameters: expandParameter,
    run({ world, id, parameters }) {
      return expand(world.state, productById(world, id), parameters.expand ?? []);
    },
  }),
  route({
    method: "GET",
    path: "/v1/products",
    parameters: productListParameters,
    run({ world, parameters }) {
      const all = newestFirst(world.state.products);
      const matching = all.filter(
        (candidate) =>
          (parameters.active === undefined || candidate.active === parameters.active) &&
          isWithin(candidate.created, parameters.created) &&
          (parameters.ids === undefined || parameters.ids.includes(candidate.id)) &&
          (parameters.shippable === undefined || candidate.shippable === parameters.shippable) &&
          isSameOrAny(parameters.type, candidate.type) &&
          isSameOrAny(parameters.url, candidate.url),
      );
      return expandList(
        world.state,
        paginate(matching, parameters, "/v1/products", "product", all),
        "product",
        parameters.expand ?? [],
      );
    },
  }),
];

function productById(world: World, id: string): Product {
  const found = world.state.products[id];
  if (found === undefined) throw noSuch("product", id, "id", 404);
  return found;
}

function metadataChanges(found: Product, change: Record<string, string> | "" | undefined): Partial<Product> {
  if (change === undefined) return {};
  const merged = change === "" ? {} : mergeMetadata(found.metadata, change);
  refuseTooManyKeys(merged);
  return { metadata: merged };
}

/** What was sent, without what was not. */
function given<T extends Record<string, unknown>>(
  settings: T,
): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
