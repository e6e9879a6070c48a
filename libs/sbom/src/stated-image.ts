import { imageDigest } from './component';
import { parsePurl } from './purl';

/** The image that a document is about, as the document calls it. */
export interface StatedImage {
  /** `host/name`, or the name alone where no place is stated. */
  readonly repository?: string;
  /** Of the image, or of an index that leads to it. */
  readonly digest?: string;
  readonly architecture?: string;
}

interface AboutComponent {
  readonly purl?: string | undefined;
  /** Of a container, without a tag or with it. */
  readonly containerName?: string | undefined;
}

/**
 * Trivy writes `pkg:oci/app@sha256:…?repository_url=host/team/app`, Syft `pkg:oci/host%2Fteam%2Fapp@sha256:…` in SPDX and the name
 * `host/team/app` in CycloneDX. https://github.com/package-url/purl-spec/blob/main/types-doc/oci-definition.md
 */
export function statedImage({ purl, containerName }: AboutComponent): StatedImage | undefined {
  const parts = purl === undefined ? undefined : parsePurl(purl);
  if (parts?.type !== 'oci')
    return purl === undefined && namesHost(containerName) ? { repository: containerName } : undefined;
  const repository = repositoryOf(parts.name, parts.qualifiers.get('repository_url'));
  const digest = imageDigest(parts.version);
  const architecture = parts.qualifiers.get('arch');
  return {
    ...(repository !== undefined && { repository }),
    ...(digest !== undefined && { digest }),
    ...(architecture !== undefined && { architecture }),
  };
}

function repositoryOf(name: string, url: string | undefined): string | undefined {
  // Some write the repository, others the place the name is in.
  if (url !== undefined) return url.split('/').at(-1)?.toLowerCase() === name.toLowerCase() ? url : `${url}/${name}`;
  // The path of an archive or a directory is no repository.
  return !name.includes('/') || namesHost(name) ? name : undefined;
}

/** `host/…` where the host has a dot or a port or is `localhost`. */
function namesHost(name: string | undefined): name is string {
  return (
    name !== undefined && /^(?:localhost|[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)*(?:\.[a-z0-9-]+|:\d+))\/[^/]/i.test(name)
  );
}
