/** The same throws for the same seed. https://en.wikipedia.org/wiki/Linear_congruential_generator */
export class Dice {
  constructor(private state: number) {}

  below(limit: number): number {
    this.state = (this.state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return Math.floor((this.state / 4_294_967_296) * limit);
  }

  /** Once in so many throws. */
  oneIn(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  }

  /** So many throws of up to `limit`, none of which twice. */
  some<T>(list: readonly T[], limit: number): readonly T[] {
    return [...new Set(Array.from({ length: this.below(limit + 1) }, () => this.pick(list)))];
  }
}
