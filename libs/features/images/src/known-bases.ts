import type { KnownBase } from '@tidewaiter/config';
import { layerChains } from '@tidewaiter/features/scans';

export const KNOWN_BASES = Symbol('KnownBases');

/** Names of bases by the chain of all of their layers, in hex. */
export type KnownBaseNames = ReadonlyMap<string, readonly string[]>;

export function knownBaseNames(bases: readonly KnownBase[]): KnownBaseNames {
  const names = new Map<string, string[]>();
  for (const { name, diffIds } of bases) {
    const chain = layerChains(diffIds).at(-1)?.toString('hex');
    if (chain !== undefined) names.set(chain, [...(names.get(chain) ?? []), name]);
  }
  return names;
}
