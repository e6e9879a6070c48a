import type { EpssModel, EpssScore } from '@tidewaiter/contracts';
import type { EnrichmentSource, FeedProblem, Snapshot } from '../feed';
import { documentsOf, isDocument, type FeedDocument } from '../documents';
import { fetchSource } from '../fetch-source';

export const epssSource: EnrichmentSource<EpssModel | EpssScore> = {
  id: 'epss',
  revision: 1,
  address: 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz',
  fetch: fetchSource,
  parse,
};

async function* parse({ parts }: Snapshot): AsyncGenerator<EpssModel | EpssScore | FeedProblem> {
  for (const part of parts) {
    for await (const item of documentsOf(part, (name) => /\.csv$/i.test(name))) {
      if (isDocument(item)) yield* scoresOf(part.name, item);
      else yield item;
    }
  }
}

async function* scoresOf(part: string, document: FeedDocument): AsyncGenerator<EpssModel | EpssScore | FeedProblem> {
  const { path } = document;
  const bytes = await document.bytes();
  if (!bytes.ok) {
    yield bytes.error;
    return;
  }
  const text = Buffer.from(bytes.value).toString('latin1');
  const model = modelOf(text);
  if (model === undefined) {
    const message = `${path} does not begin with "#model_version:...,score_date:..." and "cve,epss,percentile"`;
    yield { code: 'epss-header-invalid', message, part, path, fatal: true };
    return;
  }
  yield model;
  let number = 2;
  for (let start = afterLine(text, afterLine(text, 0)); start < text.length;) {
    const end = text.indexOf('\n', start);
    number += 1;
    // A line that the file does not end was cut off, however well it reads.
    if (end === -1) {
      const message = `${path} ends in the middle of line ${String(number)}`;
      yield { code: 'epss-file-truncated', message, part, path, fatal: true };
      return;
    }
    const line = text.slice(start, end).trimEnd();
    start = end + 1;
    if (line === '') continue;
    yield (
      scoreOf(line) ?? {
        code: 'epss-line-invalid',
        message: `line ${String(number)} of ${path} is not "CVE,probability,percentile": ${line.slice(0, 80)}`,
        part,
        path: `${path}#${String(number)}`,
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
