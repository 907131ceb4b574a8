import {
  GetItemCommand,
  type AttributeValue,
  type DynamoDBClient,
  type QueryCommandOutput,
} from "@aws-sdk/client-dynamodb";

export interface ConsumedUnits {
  write: number;
  read: number;
}

type Item = Record<string, AttributeValue>;

/** The attributes that an entry of the index `open-orders` consists of; an item without `open` has no entry. */
const INDEX_ATTRIBUTES = ["open", "pk", "sk"] as const;

/**
 * Counts what the commands of `client` cost from now on, by the sizes of the items they touch, because dynalite's own figures
 * leave out index writes. Items are read through `observer`, which is not counted.
 *
 * A write costs the larger of the item before and after, in KB rounded up, even when its condition fails; an entry that appears in
 * the index or disappears from it costs as much again, one that changes its key twice as much.
 * A read costs its size in units of 4 KB, rounded up; half of that unless strongly consistent.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html
 */
export function countUnits(client: DynamoDBClient, observer: DynamoDBClient): ConsumedUnits {
  const units: ConsumedUnits = { write: 0, read: 0 };
  const look = async (table: string, { pk, sk }: Item): Promise<Item | undefined> => {
    const Key = { ...(pk && { pk }), ...(sk && { sk }) };
    return (await observer.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))).Item;
  };

  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const input = args.input as unknown as {
          TableName: string;
          Key?: Item;
          Item?: Item;
          ConsistentRead?: boolean;
        };
        const key = input.Key ?? input.Item;
        const before = key && (await look(input.TableName, key));
        switch (commandName) {
          case "PutItemCommand":
          case "UpdateItemCommand":
            try {
              return await next(args);
            } finally {
              units.write += writeUnits(before, key && (await look(input.TableName, key)));
            }
          case "GetItemCommand":
            units.read += readUnits(sizeOf(before), input.ConsistentRead);
            return next(args);
          case "QueryCommand": {
            const result = await next(args);
            const { Items = [] } = result.output as QueryCommandOutput;
            const size = Items.reduce((sum, item) => sum + sizeOf(item), 0);
            units.read += readUnits(size, input.ConsistentRead);
            return result;
          }
          default:
            throw new Error(`What does ${commandName} cost? Teach it to consumed-units.ts.`);
        }
      },
    { step: "initialize" },
  );
  return units;
}

function writeUnits(before: Item | undefined, after: Item | undefined): number {
  return (
    kilobytes(Math.max(sizeOf(before), sizeOf(after))) + indexUnits(indexEntry(before), indexEntry(after))
  );
}

function indexUnits(before: Item | undefined, after: Item | undefined): number {
  if (JSON.stringify(before) === JSON.stringify(after)) return 0;
  return (before ? kilobytes(sizeOf(before)) : 0) + (after ? kilobytes(sizeOf(after)) : 0);
}

function indexEntry(item: Item | undefined): Item | undefined {
  if (item?.["open"] === undefined) return undefined;
  return Object.fromEntries(INDEX_ATTRIBUTES.flatMap((name) => (item[name] ? [[name, item[name]]] : [])));
}

function readUnits(size: number, isConsistent = false): number {
  return Math.max(1, Math.ceil(size / 4_096)) * (isConsistent ? 1 : 0.5);
}

function kilobytes(size: number): number {
  return Math.max(1, Math.ceil(size / 1_024));
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export function sizeOf(item: Item | undefined): number {
  return Object.entries(item ?? {}).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOfValue(value),
    0,
  );
}

function sizeOfValue(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  // Two digits a byte, one for the exponent, one for the sign.
  if (value.N !== undefined) return Math.ceil(value.N.replace(/\D/g, "").length / 2) + 2;
  throw new Error("Only strings and numbers are kept; teach other types to consumed-units.ts.");
}
