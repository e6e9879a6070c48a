import { defaultExtractLimits, layerFileOf, type ExtractContext, type Extraction, type Extractor } from './extractor';

/** For specs: what an extractor makes of a file, with npm's shape of a package file. */
export function extracted(extractor: Extractor, path: string, content: string | Uint8Array): Promise<Extraction> {
  return extractor.extract(layerFileOf(path, Buffer.from(content)), context);
}

/** `name@version` of every package, then the codes of the problems. */
export async function namesIn(
  extractor: Extractor,
  path: string,
  content: string | Uint8Array,
): Promise<readonly string[]> {
  const { packages, problems } = await extracted(extractor, path, content);
  return [...packages.map((pkg) => `${pkg.name}@${pkg.version}`), ...problems.map((problem) => problem.code)];
}

/** Input that no extractor may trip over. */
export const hostileContents: readonly (readonly [string, Uint8Array])[] = [
  ['nothing', Buffer.alloc(0)],
  ['binary', Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 197) & 0xff))],
  ['one endless line', Buffer.alloc(2_000_000, 0x61)],
  ['blank lines', Buffer.alloc(500_000, 0x0a)],
  ['colons', Buffer.alloc(500_000, 0x3a)],
  ['braces', Buffer.alloc(200_000, 0x5b)],
];

const context: ExtractContext = {
  wantsOwner: (path) => path.includes('node_modules/') && path.endsWith('/package.json'),
  limits: defaultExtractLimits,
};
