import type { ExtractedPackage, Problem } from '@tidewaiter/contracts';
import type { Extraction, StatementLimits } from './extractor';

/** What a database states, entry by entry, as far as the limits allow; of the rest only the number is kept. */
export class Statements {
  readonly #packages: ExtractedPackage[] = [];
  readonly #problems: Problem[] = [];
  #morePackages = 0;
  #moreProblems = 0;

  constructor(private readonly limits: StatementLimits) {}

  /** False where it is not kept. */
  add(extracted: ExtractedPackage): boolean {
    const isKept = this.#packages.length < this.limits.packagesPerFile;
    if (isKept) this.#packages.push(extracted);
    else this.#morePackages++;
    return isKept;
  }

  /** Made only where it is kept. */
  wrong(problem: () => Problem): void {
    if (this.#problems.length < this.limits.problemsPerFile) this.#problems.push(problem());
    else this.#moreProblems++;
  }

  get extraction(): Extraction {
    const leftOut = { packages: this.#morePackages, problems: this.#moreProblems };
    const isAll = leftOut.packages === 0 && leftOut.problems === 0;
    return { packages: this.#packages, problems: this.#problems, ...(isAll ? {} : { leftOut }) };
  }
}
