import type { AdvisoryKey, AffectedPackage, SeverityVector } from '@tidewaiter/contracts';
import { fixedAt } from './affected';

export interface FixedBuild {
  readonly key: AdvisoryKey;
  /** First version that is not affected. */
  readonly fixed: string;
  readonly architecture?: string;
  /** Module stream, where one is stated. */
  readonly module?: string;
}

/** Errata list every architecture's build of a package; one entry says the same of all that have the same fix. */
export class BuildsByArchitecture {
  private readonly builds = new Map<string, FixedBuild & { readonly architectures: Set<string> }>();

  add(build: FixedBuild): void {
    const { key, fixed, architecture, module } = build;
    const identity = JSON.stringify([key.ecosystem, key.name, fixed, module]);
    const known = this.builds.get(identity) ?? { ...build, architectures: new Set<string>() };
    if (architecture !== undefined) known.architectures.add(architecture);
    this.builds.set(identity, known);
  }

  affected(severities: readonly SeverityVector[]): readonly AffectedPackage[] {
    return [...this.builds.values()].map(({ key, fixed, module, architectures }) => {
      // What is built for a stream says so in its release; some errata do not say which stream.
      const stream = module ?? (fixed.includes('.module') ? undefined : '');
      return fixedAt(key, fixed, {
        severities,
        architectures: [...architectures].sort(),
        ...(stream !== undefined && { module: stream }),
      });
    });
  }
}
