import { Digest, RepositoryName, TagName } from '@tidewaiter/contracts';
import { UserError } from '@tidewaiter/kit';

/** Where an image is: `host[:port]/repository[:tag][@digest]`. */
export interface ImageReference {
  /** Host with its port, as requests are sent to it. */
  readonly registry: string;
  readonly repository: string;
  /** `latest` when neither tag nor digest was given. */
  readonly tag?: string;
  readonly digest?: string;
}

const dockerHub = 'registry-1.docker.io';
const hostForm = /^(?:[a-zA-Z0-9][a-zA-Z0-9.-]{0,252}|\[[0-9a-fA-F:]{2,39}\])(?::\d{1,5})?$/;
const maxReferenceLength = 600;

/**
 * Reads a reference the way Docker does: the first part is a host when it has a dot or a port or is `localhost`, everything
 * else is on Docker Hub, where a single name belongs to `library`.
 * https://github.com/distribution/reference/blob/main/reference.go
 */
export function parseReference(text: string): ImageReference {
  if (text.length > maxReferenceLength) throw invalid(text.slice(0, 80), 'it is too long');
  if (/^[a-z]+:\/\//i.test(text)) throw invalid(text, 'it starts with a URL scheme; write host/repository:tag');
  const [beforeDigest = '', digest, ...more] = text.split('@');
  if (more.length > 0) throw invalid(text, 'it has more than one "@"');
  if (digest !== undefined && !Digest.safeParse(digest).success) {
    throw invalid(text, `"${digest}" is not a digest such as sha256:<64 hex digits>`);
  }
  const { name, tag } = splitTag(beforeDigest);
  if (tag !== undefined && !TagName.safeParse(tag).success) throw invalid(text, `"${tag}" is not a tag`);
  const { registry, repository } = splitHost(name);
  if (!hostForm.test(registry)) throw invalid(text, `"${registry}" is not a host name`);
  if (!RepositoryName.safeParse(repository).success) {
    throw invalid(text, `"${repository}" is not a repository name (lower case letters, digits, ". _ - /")`);
  }
  return {
    registry,
    repository,
    ...(tag === undefined ? (digest === undefined ? { tag: 'latest' } : {}) : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** A colon after the last slash starts a tag; one before it belongs to the port. */
function splitTag(text: string): { readonly name: string; readonly tag?: string } {
  const colon = text.lastIndexOf(':');
  return colon > text.lastIndexOf('/') ? { name: text.slice(0, colon), tag: text.slice(colon + 1) } : { name: text };
}

function splitHost(name: string): { readonly registry: string; readonly repository: string } {
  const slash = name.indexOf('/');
  const first = slash < 0 ? '' : name.slice(0, slash);
  const isHost = first.includes('.') || first.includes(':') || first === 'localhost';
  if (!isHost) return { registry: dockerHub, repository: slash < 0 ? `library/${name}` : name };
  const rest = name.slice(slash + 1);
  if (first !== 'docker.io' && first !== 'index.docker.io') return { registry: first, repository: rest };
  return { registry: dockerHub, repository: rest.includes('/') ? rest : `library/${rest}` };
}

function invalid(text: string, why: string): UserError {
  return new UserError('reference-invalid', `"${text}" is not an image reference: ${why}.`);
}
