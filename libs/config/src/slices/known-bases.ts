import { Digest } from '@tidewaiter/contracts';
import { messageOf } from '@tidewaiter/kit';
import { z } from 'zod';
import { defineSlice, optional, type SliceValue } from '../slice';
import { text } from '../value';

const KnownBase = z.strictObject({
  /** As people call it: `docker.io/library/debian:12.8`. */
  name: z.string().min(1).max(500),
  /** Of all of its layers, base first, as `docker image inspect` prints them below RootFS. */
  diffIds: z.array(Digest).min(1).max(1_000),
});
export type KnownBase = z.infer<typeof KnownBase>;

const KnownBases = z.array(KnownBase).max(100_000);

export const knownBasesConfig = defineSlice({
  title: 'Known bases',
  doc: 'Base images that are named although no registry here has them.',
  settings: {
    file: optional('KNOWN_BASES', text(), {
      doc: 'A JSON file: `[{"name": "docker.io/library/debian:12.8", "diffIds": ["sha256:..."]}]`, the diffIDs of all layers of each, base first.',
    }),
  },
  finish: ({ file }, io): { readonly bases: readonly KnownBase[] } => {
    if (file === undefined) return { bases: [] };
    try {
      return { bases: KnownBases.parse(JSON.parse(io.readFile(file))) };
    } catch (error) {
      io.report({ where: 'KNOWN_BASES', message: `names ${file}, which is no list of bases: ${messageOf(error)}` });
      return { bases: [] };
    }
  },
});
export type KnownBasesConfig = SliceValue<typeof knownBasesConfig>;
