import type { Extraction, Extractor, LayerFile } from '../extractor';
import { nothingExtracted } from '../extractor';
import { ownApplications } from './otp-applications';

/** Compiled applications of Erlang and Elixir. See README.md beside this file. */
export const beam: Extractor = {
  id: 'beam',
  revision: 1,
  reads: 'language',
  files: [{ suffix: '.app', below: 'ebin', maxBytes: 4 * 1024 * 1024 }],
  extract: (file) => Promise.resolve(readApplication(file)),
};

/** `{application, name, [ … {vsn, "1.2.3"} … ]}`. An atom may stand in quotes. */
const application = /^\s*\{\s*application\s*,\s*'?([\w@.]+)'?\s*,/;
const version = /\{\s*vsn\s*,\s*"([^"\\]{1,256})"\s*\}/;

function readApplication(file: LayerFile): Extraction {
  const text = withoutComments(file.bytes.toString('utf8'));
  const name = application.exec(text)?.[1];
  const stated = version.exec(text)?.[1];
  if (name !== undefined && ownApplications.has(name)) return nothingExtracted;
  if (name !== undefined && stated !== undefined) {
    const directory = file.path.slice(0, file.path.lastIndexOf('/ebin/'));
    return {
      packages: [{ name, version: stated }],
      ...(directory === '' ? {} : { ownedFiles: [{ statedIn: file.path, paths: [], directories: [directory] }] }),
      problems: [],
    };
  }
  const message = `"${file.path}" is no description of an Erlang application with a name and a version.`;
  return { packages: [], problems: [{ code: 'beam-application-invalid', message, path: file.path }] };
}

function withoutComments(text: string): string {
  return text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('%'))
    .join('\n');
}
