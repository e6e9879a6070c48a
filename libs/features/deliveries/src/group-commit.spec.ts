import { setImmediate as turn } from 'node:timers/promises';
import { GroupCommit } from './group-commit';

/** A store that answers when it is told to. */
function slowStore() {
  const groups: (readonly number[])[] = [];
  const finish: ((error?: Error) => void)[] = [];
  const commit = (items: readonly number[]): Promise<readonly string[]> => {
    groups.push(items);
    return new Promise((resolve, reject) => {
      finish.push((error) => (error === undefined ? resolve(items.map(String)) : reject(error)));
    });
  };
  return { groups, finish, commit };
}

describe('callers of a group commit', () => {
  it('that come while it is busy are stored together, and each is answered with its own', async () => {
    const { groups, finish, commit } = slowStore();
    const group = new GroupCommit(commit, { maxItems: 100 });
    const answers = [[1], [2, 3], [4]].map((items) => group.add(items));
    expect(groups).toEqual([[1]]);
    finish[0]?.();
    expect(await answers[0]).toEqual(['1']);
    await turn();
    expect(groups).toEqual([[1], [2, 3, 4]]);
    finish[1]?.();
    expect(await Promise.all(answers)).toEqual([['1'], ['2', '3'], ['4']]);
  });

  it('are not all of one group, but one that has more than a group holds is not torn apart', async () => {
    const { groups, finish, commit } = slowStore();
    const group = new GroupCommit(commit, { maxItems: 2 });
    const answers = [[1], [2, 3, 4], [5], [6], [7]].map((items) => group.add(items));
    for (let n = 0; n < 4; n += 1) {
      finish[n]?.();
      await turn();
    }
    expect(groups).toEqual([[1], [2, 3, 4], [5, 6], [7]]);
    await Promise.all(answers);
  });

  it('of a group that fails all hear of it, and the next group is tried', async () => {
    const { finish, commit } = slowStore();
    const group = new GroupCommit(commit, { maxItems: 9 });
    const answers = [[1], [2], [3]].map((items) => group.add(items));
    finish[0]?.();
    await turn();
    const settled = Promise.allSettled(answers.slice(1));
    finish[1]?.(new Error('down'));
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    const later = group.add([4]);
    await turn();
    finish[2]?.();
    expect(await later).toEqual(['4']);
  });

  it('with nothing to store wait for nobody', async () => {
    expect(await new GroupCommit(slowStore().commit, { maxItems: 1 }).add([])).toEqual([]);
  });
});
