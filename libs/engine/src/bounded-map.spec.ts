import { boundedMap } from './bounded-map';

describe('work on many items', () => {
  it('gives its results in the order of the items', async () => {
    const waits = [3, 1, 2];
    const work = async (wait: number) => {
      for (let turn = 0; turn < wait; turn++) await Promise.resolve();
      return wait;
    };
    expect(await boundedMap(waits, 2, work)).toEqual(waits);
    expect(await boundedMap([], 2, work)).toEqual([]);
  });

  it('fails with its first failure, and begins nothing after it', async () => {
    const begun: number[] = [];
    const ended = Promise.withResolvers<undefined>();
    const work = async (item: number) => {
      begun.push(item);
      if (item === 1) throw new Error('first');
      await ended.promise;
    };
    await expect(boundedMap([0, 1, 2, 3], 2, work)).rejects.toThrow('first');
    ended.resolve(undefined);
    await new Promise((done) => setImmediate(done));
    expect(begun).toEqual([0, 1]);
  });
});
