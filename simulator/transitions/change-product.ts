import { announce } from "../state/announce.ts";
import type { Product } from "../state/stored.ts";
import { nowSeconds, type World } from "../state/world.ts";

export function createProduct(world: World, made: Product): Product {
  world.state.products[made.id] = made;
  announce(world, "product.created", made);
  return made;
}

export function updateProduct(world: World, found: Product, changes: Partial<Product>): void {
  const before = Object.fromEntries(
    (Object.keys(changes) as (keyof Product)[])
      .filter((key) => JSON.stringify(found[key]) !== JSON.stringify(changes[key]))
      .map((key) => [key, found[key]]),
  );
  if (Object.keys(before).length === 0) return;
  before["updated"] = found.updated;
  Object.assign(found, changes, { updated: nowSeconds(world) });
  announce(world, "product.updated", found, before);
}
