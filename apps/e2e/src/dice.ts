/** The same throws for the same seed, on every machine. https://en.wikipedia.org/wiki/Xorshift */
export class Dice {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % limit;
  }

  pick<const T>(list: readonly [T, ...T[]] | readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined && !list.includes(picked as T)) throw new Error('nothing to pick from');
    return picked as T;
  }
}
