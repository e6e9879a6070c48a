import { parsePurl } from '@tidewaiter/sbom';

/** An image as statements may name it. */
export interface VexImage {
  /** `host/name`, of an image in a registry; it may be in several. */
  readonly repositories: readonly string[];
  /** Of the image and of the index or manifest that leads to it. */
  readonly digests: readonly string[];
  readonly architecture?: string | undefined;
}

/** purl-spec, type "oci": the name is the last part of the repository, the version a digest. */
export function namesImage(stated: string, image: VexImage): boolean {
  const wanted = parsePurl(stated);
  if (wanted?.type !== 'oci') return false;
  const name = wanted.name.toLowerCase();
  const named = image.repositories.map(repositoryOf).filter((repository) => repository.split('/').at(-1) === name);
  if (wanted.version !== undefined && !image.digests.includes(wanted.version)) return false;
  // A digest is the image, wherever it lies; a name alone has to be its name.
  if (wanted.version === undefined && named.length === 0) return false;
  const isPinned = wanted.version !== undefined;
  return [...wanted.qualifiers].every(
    // A tag moves: beside a digest it says nothing more, and alone nobody knows what it named.
    ([key, value]) => (key === 'tag' ? isPinned : isSoOf(image, named, { key, value })),
  );
}

function isSoOf(
  image: VexImage,
  named: readonly string[],
  { key, value }: { readonly key: string; readonly value: string },
): boolean {
  switch (key) {
    case 'repository_url': {
      const wanted = repositoryOf(value);
      // Some write the repository, others the place the name is in.
      return named.some((repository) => repository === wanted || repository.startsWith(`${wanted}/`));
    }
    case 'arch':
      return value === image.architecture;
    default:
      return key === 'mediatype';
  }
}

/** One spelling of Docker Hub, no scheme, no tag. */
function repositoryOf(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/(?<!\/)\/+$/, '')
    .replace(/^(?:index\.docker\.io|registry-1\.docker\.io)\//, 'docker.io/');
  const tag = plain.indexOf(':', plain.lastIndexOf('/') + 1);
  return tag === -1 ? plain : plain.slice(0, tag);
}
