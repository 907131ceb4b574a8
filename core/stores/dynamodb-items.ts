import {
  ConditionalCheckFailedException,
  GetItemCommand,
  paginateQuery,
  PutItemCommand,
  type AttributeValue,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";

export type Item = Record<string, AttributeValue>;

/** What the shop does with items. Attribute names are aliased, because DynamoDB reserves hundreds of words. */
export interface DynamodbItems {
  /** Strongly consistent. */
  read(key: Item): Promise<Item | undefined>;

  /** For an item that hardly ever changes: half the price once it has existed for a moment. */
  readUnchanging(key: Item): Promise<Item | undefined>;

  /** The items under `pk` whose `sk` begins with this prefix, ordered by `sk`. Strongly consistent. */
  listBeside(pk: string, skPrefix: string): AsyncIterable<Item>;

  /** Overwrites what is there. */
  put(item: Item): Promise<void>;

  /** Leaves an existing item alone. */
  putIfAbsent(item: Item): Promise<"written" | "conflict">;

  /** Compare-and-set on the attribute `version`; 0 means that the item must not exist yet. */
  putIfVersion(item: Item, expectedVersion: number): Promise<"written" | "conflict">;
}

export function createDynamodbItems(client: DynamoDBClient, table: string): DynamodbItems {
  const putIf = async (
    item: Item,
    condition: Pick<
      PutItemCommand["input"],
      "ConditionExpression" | "ExpressionAttributeNames" | "ExpressionAttributeValues"
    >,
  ): Promise<"written" | "conflict"> => {
    try {
      await client.send(new PutItemCommand({ TableName: table, Item: item, ...condition }));
      return "written";
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return "conflict";
      throw error;
    }
  };

  const putIfAbsent = (item: Item): Promise<"written" | "conflict"> =>
    putIf(item, {
      ConditionExpression: "attribute_not_exists(#pk)",
      ExpressionAttributeNames: { "#pk": "pk" },
    });

  const get = async (key: Item, ConsistentRead: boolean): Promise<Item | undefined> =>
    (await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead }))).Item;

  return {
    read: (key) => get(key, true),

    readUnchanging: async (key) => (await get(key, false)) ?? get(key, true),

    async *listBeside(pk, skPrefix) {
      const pages = paginateQuery(
        { client },
        {
          TableName: table,
          ConsistentRead: true,
          KeyConditionExpression: "#pk = :pk AND begins_with(#sk, :prefix)",
          ExpressionAttributeNames: { "#pk": "pk", "#sk": "sk" },
          ExpressionAttributeValues: { ":pk": { S: pk }, ":prefix": { S: skPrefix } },
        },
      );
      for await (const { Items = [] } of pages) yield* Items;
    },

    put: async (item) => void (await client.send(new PutItemCommand({ TableName: table, Item: item }))),

    putIfAbsent,

    putIfVersion(item, expectedVersion) {
      const versioned = { ...item, version: { N: String(expectedVersion + 1) } };
      if (expectedVersion === 0) return putIfAbsent(versioned);
      return putIf(versioned, {
        ConditionExpression: "#version = :expected",
        ExpressionAttributeNames: { "#version": "version" },
        ExpressionAttributeValues: { ":expected": { N: String(expectedVersion) } },
      });
    },
  };
}
