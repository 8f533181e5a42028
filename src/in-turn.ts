/** The results of an action on each item, one after the other: files are opened, and held in memory, one at a time. */
export async function inTurn<Item, Result>(
  items: readonly Item[],
  action: (item: Item, index: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [i, item] of items.entries()) results.push(await action(item, i));
  return results;
}
