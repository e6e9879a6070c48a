import { ecosystems } from '@tidewaiter/ecosystems';
import { parsePurl } from './purl';

/** Types whose packages mean something only within a release of a distribution. */
export const distroTypes: ReadonlySet<string> = new Set(
  ecosystems.filter(({ distro }) => distro !== undefined).map(({ purlType }) => purlType),
);

export function isOfDistro(purl: string): boolean {
  return distroTypes.has(parsePurl(purl)?.type ?? '');
}
