interface Entry<Item, Outcome> {
  readonly items: readonly Item[];
  readonly resolve: (outcomes: readonly Outcome[]) => void;
  readonly reject: (error: unknown) => void;
}

interface GroupCommitOptions {
  /** Items of one commit at most, unless one caller alone has more. */
  readonly maxItems: number;
}

/**
 * Callers that arrive while a commit is under way are served by the next one together: the busier the store, the larger the groups,
 * and nobody waits for a clock. Each caller is answered when its own items are stored. One commit at a time: two halve the groups, and
 * cost more than they overlap.
 */
export class GroupCommit<Item, Outcome> {
  private readonly waiting: Entry<Item, Outcome>[] = [];
  private isBusy = false;

  constructor(
    /** The outcomes in the order of the items. */
    private readonly commit: (items: readonly Item[]) => Promise<readonly Outcome[]>,
    private readonly options: GroupCommitOptions,
  ) {}

  add(items: readonly Item[]): Promise<readonly Outcome[]> {
    if (items.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      this.waiting.push({ items, resolve, reject });
      this.start();
    });
  }

  private start(): void {
    if (this.isBusy || this.waiting.length === 0) return;
    this.isBusy = true;
    void this.commitGroup(this.nextGroup()).finally(() => {
      this.isBusy = false;
      this.start();
    });
  }

  private nextGroup(): readonly Entry<Item, Outcome>[] {
    let size = 0;
    const end = this.waiting.findIndex(({ items }, index) => {
      size += items.length;
      return index > 0 && size > this.options.maxItems;
    });
    return this.waiting.splice(0, end < 0 ? this.waiting.length : end);
  }

  private async commitGroup(group: readonly Entry<Item, Outcome>[]): Promise<void> {
    try {
      const outcomes = await this.commit(group.flatMap(({ items }) => items));
      let from = 0;
      for (const { items, resolve } of group) {
        resolve(outcomes.slice(from, from + items.length));
        from += items.length;
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }
}
