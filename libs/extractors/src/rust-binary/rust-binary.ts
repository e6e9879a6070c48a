import { inflateSync } from 'node:zlib';
import { readProgram, type ByteSource, type ProgramSection } from '@tidewaiter/formats';
import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';
import { AuditData } from './audit-data.schema';

/** Rust programs built by cargo-auditable. See README.md beside this file. */
export const rustBinary: Extractor = {
  id: 'rust-binary',
  revision: 1,
  reads: 'language',
  files: [{ program: true, maxBytes: 4 * 1024 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(extract(file)),
};

/** The format's own limit. */
const maxJsonBytes = 8 * 1024 * 1024;

function extract(file: LayerFile): Extraction {
  const section = readProgram(file.content)?.sections.find(({ name }) => name === '.dep-v0');
  if (section === undefined) return nothingExtracted;
  const data = AuditData.safeParse(parse(file.content, section));
  if (!data.success) return { packages: [], problems: [damaged(file.path)] };
  const linked = data.data.packages.filter(({ kind }) => kind === 'runtime');
  const distinct = new Map(linked.map(({ name, version }) => [`${name}\n${version}`, { name, version }]));
  return { packages: [...distinct.values()], problems: [] };
}

function parse(source: ByteSource, { offset, sizeBytes }: ProgramSection): unknown {
  if (sizeBytes > maxJsonBytes) return undefined;
  try {
    const json = inflateSync(source.read(offset, offset + sizeBytes), { maxOutputLength: maxJsonBytes });
    return JSON.parse(json.toString('utf8'));
  } catch {
    return undefined;
  }
}

function damaged(path: string): Extraction['problems'][number] {
  return {
    code: 'rust-dependencies-damaged',
    message: `The list of crates in the Rust program "${path}" cannot be read (section .dep-v0 is damaged or inflates to more than ${maxJsonBytes} bytes); what is in it is not known.`,
    path,
  };
}
