import type Stripe from "stripe";

import { ONLY_SHOP } from "../config/variables.ts";
import { classifyStripeError, isStripeError } from "../stripe/errors.ts";
import type { ShopIdentity } from "../stripe/whose-sale.ts";
import type { Bookkeeping } from "./bookkeeping.ts";
import type { Storage } from "./storage.ts";
import { notesOfHosts, parseNote } from "./stripe-note.ts";
import { writeNextVersion } from "./stripe-versions.ts";
import { TABLE_MARK } from "./table-guard.ts";
import { allMarks, marksAt, newestMark } from "./table-marks.ts";
import { ORDERS_WAITING } from "./waiting-orders.ts";

/**
 * Notes in the metadata of one inactive product, `<version> <text>` each; compare-and-set as for orders. A product is the one kind
 * of object whose id we may choose, so every deployment finds the same one. Each shop of an account has its own. Shops without a
 * name share one, and keep notes of their own in it: `reconciliation@<shop>`. So the progress of one hides nothing from another.
 *
 * A shop inherits which orders wait for their owner: from the time before it had its own notes, from its former addresses, and from
 * before it had a name. It does not inherit how far reconciliation has come, so that a first look finds everything. The mark of a
 * table counts at every address of the shop: a change of domain must not make a restored table look new.
 */
export function createStripeBookkeeping(
  stripe: Stripe,
  identity: ShopIdentity,
): Bookkeeping & Required<Pick<Storage, "hasMovedToTable">> {
  const { shopId, notes } = identity;
  const ledger = {
    id: ledgerOf(shopId),
    name: `Static Checkout's bookkeeping, shop ${shopId} (do not delete)`,
    active: false,
  };
  const unnamed = (name: string): string => (notes === undefined ? name : `${name}@${notes}`);
  const ownName = (name: string): string => (shopId === ONLY_SHOP ? unnamed(name) : name);

  const { retrieve, read: readLedger, forget, create } = createLedger(stripe, ledger);

  return {
    async read(name) {
      const own = await readLedger();
      const note = parseNote(own?.[ownName(name)]);
      if (name === TABLE_MARK && shopId === ONLY_SHOP) return newestMark(note, marksAt(identity, own));
      if (note !== undefined || name !== ORDERS_WAITING) return note;
      const before = shopId === ONLY_SHOP ? own : await retrieve(ledgerOf(ONLY_SHOP));
      const atHosts = notesOfHosts(name, identity.hosts, before);
      const inherited = atHosts.length > 0 ? atHosts : [parseNote(before?.[name]) ?? []].flat();
      if (inherited.length === 0) return undefined;
      return { text: inherited.map(({ text }) => text).join(" "), version: 0 };
    },

    async hasMovedToTable() {
      const own = await readLedger();
      if (shopId === ONLY_SHOP) return allMarks(own).length > 0;
      if (own?.[TABLE_MARK] !== undefined) return true;
      return marksAt(identity, await retrieve(ledgerOf(ONLY_SHOP))).length > 0;
    },

    async write(name, expectedVersion, text) {
      // A note with a version was read from the ledger, so the ledger exists.
      if (expectedVersion === 0 && (await retrieve(ledger.id)) === undefined) await create();
      const result = await writeNextVersion(
        expectedVersion,
        () => true,
        async (version) => {
          const value = `${version} ${text}`;
          const metadata = { [ownName(name)]: value };
          const idempotencyKey = `${ledger.id}/${ownName(name)}/v${version}`;
          const answer = await stripe.products.update(ledger.id, { metadata }, { idempotencyKey });
          // A read that began before this write must not answer one that begins after it.
          forget();
          return answer.metadata[ownName(name)] === value ? "kept" : "not_kept";
        },
      );
      return result === "conflict" ? "conflict" : "written";
    },
  };
}

function ledgerOf(shopId: string): string {
  return `static_checkout_bookkeeping_${shopId}`;
}

/** The product whose metadata is the ledger. Notes that are read at the same time, as health does, share one call. */
function createLedger(stripe: Stripe, ledger: Stripe.ProductCreateParams & { id: string }) {
  let reading: Promise<Stripe.Metadata | undefined> | undefined;

  const retrieve = async (id: string): Promise<Stripe.Metadata | undefined> => {
    try {
      return (await stripe.products.retrieve(id)).metadata;
    } catch (error) {
      if (classifyStripeError(error) === "not_found") return undefined;
      throw error;
    }
  };

  return {
    retrieve,
    read(): Promise<Stripe.Metadata | undefined> {
      const mine = (reading ??= retrieve(ledger.id));
      const end = (): void => {
        if (reading === mine) reading = undefined;
      };
      mine.then(end, end);
      return mine;
    },
    /** A read that began before this is not shared any more. */
    forget: (): void => void (reading = undefined),
    async create(): Promise<void> {
      try {
        await stripe.products.create(ledger);
      } catch (error) {
        if (!(isStripeError(error) && error.code === "resource_already_exists")) throw error;
      }
    },
  };
}
