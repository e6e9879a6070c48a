/** Deletes until there is nothing left to delete, so many rows at a time: nobody waits long for the locks of one statement. */
export async function deleteInBatches(batchSize: number, deleteBatch: () => Promise<number>): Promise<number> {
  for (let deleted = 0; ;) {
    const count = await deleteBatch();
    deleted += count;
    if (count < batchSize) return deleted;
  }
}
