import type { EpssModel, EpssScore } from '@tidewaiter/contracts';
import type { EnrichmentSource, FeedProblem, Snapshot, SnapshotFile } from '../feed';
import { fetchSource } from '../fetch-source';
import { readWholeFile } from '../whole-file';

/** 0.3 million lines have some 12 MB; this is twenty times as many. */
const maxBytes = 256 * 1024 * 1024;

export const epssSource: EnrichmentSource<EpssModel | EpssScore> = {
  id: 'epss',
  revision: 1,
  address: 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz',
  fetch: fetchSource,
  parse,
};

async function* parse({ parts }: Snapshot): AsyncGenerator<EpssModel | EpssScore | FeedProblem> {
  for (const part of parts) for await (const file of part.files()) yield* parseFile(part.name, file);
}

async function* parseFile(part: string, file: SnapshotFile): AsyncGenerator<EpssModel | EpssScore | FeedProblem> {
  const bytes = await readWholeFile(file, { part, maxBytes });
  if (!bytes.ok) {
    yield bytes.error;
    return;
  }
  const text = bytes.value.toString('latin1');
  const model = modelOf(text);
  if (model === undefined) {
    const message = `${file.name} does not begin with "#model_version:...,score_date:..." and "cve,epss,percentile"`;
    yield { code: 'epss-header-invalid', message, part, path: file.name, fatal: true };
    return;
  }
  yield model;
  let number = 2;
  for (let start = afterLine(text, afterLine(text, 0)); start < text.length;) {
    const end = text.indexOf('\n', start);
    number += 1;
    // A line that the file does not end was cut off, however well it reads.
    if (end === -1) {
      const message = `${file.name} ends in the middle of line ${String(number)}`;
      yield { code: 'feed-file-truncated', message, part, path: file.name, fatal: true };
      return;
    }
    const line = text.slice(start, end).trimEnd();
    start = end + 1;
    if (line === '') continue;
    yield (
      scoreOf(line) ?? {
        code: 'epss-line-invalid',
        message: `line ${String(number)} of ${file.name} is not "CVE,probability,percentile": ${line.slice(0, 80)}`,
        part,
        path: `${file.name}#${String(number)}`,
      }
    );
  }
}

function modelOf(text: string): EpssModel | undefined {
  const header = text.slice(0, 300).split('\n', 2);
  const found = /^#\s*model_version:([^,\s]{1,64}),\s*score_date:(\d{4}-\d{2}-\d{2})/.exec(header[0] ?? '');
  if (found?.[1] === undefined || found[2] === undefined) return undefined;
  if (header[1]?.trim() !== 'cve,epss,percentile') return undefined;
  return { kind: 'epss-model', modelVersion: found[1], scoreDate: found[2] };
}

const lineGrammar = /^(CVE-\d{4}-\d{4,19}),([\d.eE+-]{1,24}),([\d.eE+-]{1,24})$/;

function scoreOf(line: string): EpssScore | undefined {
  const found = lineGrammar.exec(line);
  const vulnerability = found?.[1];
  if (vulnerability === undefined) return undefined;
  const probability = Number(found?.[2]);
  const percentile = Number(found?.[3]);
  if (!isShare(probability) || !isShare(percentile)) return undefined;
  return { kind: 'epss-score', vulnerability, probability, percentile };
}

function isShare(value: number): boolean {
  return value >= 0 && value <= 1;
}

function afterLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  return end === -1 ? text.length : end + 1;
}
