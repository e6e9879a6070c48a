/** What the writing of parts changes, for what is worked out over all of them. */
export class Changes {
  private readonly noted = new Set<string>();
  private areLinksOthers = false;

  /** In a new store every record is one that came, and none is noted. */
  constructor(readonly isNew: boolean) {}

  /** Of records that came, went or are others now. */
  get ids(): ReadonlySet<string> | 'all' {
    return this.isNew ? 'all' : this.noted;
  }

  /** Some of them name other ids than before, or are withdrawn, or no longer are. */
  get isRelinked(): boolean {
    return this.areLinksOthers;
  }

  note(id: string): void {
    if (!this.isNew) this.noted.add(id);
  }

  noteLinks(): void {
    this.areLinksOthers = true;
  }
}
