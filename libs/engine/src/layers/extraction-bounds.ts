import type { Problem } from '@tidewaiter/contracts';
import type { Extraction } from '@tidewaiter/extractors';
import type { Limits } from '@tidewaiter/image';

type Bounds = Pick<Limits, 'packagesPerFile' | 'packagesPerLayer' | 'problemsPerFile'>;

/** Keeps what the files of one layer state within the limits, and says what was left out. */
export class ExtractionBounds {
  #room: number;

  constructor(private readonly limits: Bounds) {
    this.#room = limits.packagesPerLayer;
  }

  within(path: string, extraction: Extraction): Extraction {
    const { packages, problems, leftOut = { packages: 0, problems: 0 } } = extraction;
    const room = Math.min(this.#room, this.limits.packagesPerFile);
    const kept = packages.length <= room ? packages : packages.slice(0, room);
    const tooMany = packages.length - kept.length + leftOut.packages;
    const cut = tooMany === 0 ? [] : [this.#tooManyPackages(path, tooMany, room)];
    this.#room -= kept.length;
    const wrong = problems.length + leftOut.problems;
    if (tooMany === 0 && wrong <= this.limits.problemsPerFile) return extraction;
    return { ...extraction, packages: kept, problems: [...this.#fewEnough(path, problems, wrong), ...cut] };
  }

  #fewEnough(path: string, problems: readonly Problem[], all: number): readonly Problem[] {
    const more = all - this.limits.problemsPerFile;
    if (more <= 0) return problems;
    const message = `"${path}" has ${more} more problems like those named.`;
    return [...problems.slice(0, this.limits.problemsPerFile), { code: 'file-too-many-problems', message }];
  }

  #tooManyPackages(path: string, leftOut: number, room: number): Problem {
    const { packagesPerFile, packagesPerLayer } = this.limits;
    if (room === packagesPerFile) {
      const message = `"${path}" states more than ${packagesPerFile} packages; ${leftOut} were left out.`;
      return { code: 'file-too-many-packages', message };
    }
    const message = `The files of the layer state more than ${packagesPerLayer} packages; ${leftOut} of "${path}" were left out.`;
    return { code: 'layer-too-many-packages', message };
  }
}
