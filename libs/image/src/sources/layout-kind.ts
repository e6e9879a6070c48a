import { isArchiveManifest, isIndexDocument } from '../documents/documents.schema';
import type { FileTree } from './file-tree';

/** In which way files are an image: as an OCI layout, as `docker save` or as skopeo's `dir:` writes them. */
export type LayoutKind = 'oci' | 'docker' | 'skopeo-directory';

/** `undefined` for files that are no image. Docker 25 writes both of the first; the OCI layout has real digests. */
export async function layoutKindOf(tree: FileTree, documentBytes: number): Promise<LayoutKind | undefined> {
  const json = (path: string): Promise<unknown> => jsonOf(tree, path, documentBytes);
  if ((await tree.find('index.json')) !== undefined) {
    // OCI image-layout.md wants the marker, which who moves a layout file by file forgets; skopeo reads on without it.
    if ((await tree.find('oci-layout')) !== undefined) return 'oci';
    if (isIndexDocument(await json('index.json'))) return 'oci';
  }
  if ((await tree.find('manifest.json')) === undefined) return undefined;
  const version = await tree.find('version');
  const marker = await version?.read(skopeoMarker.length);
  if (marker?.toString('latin1') === skopeoMarker) return 'skopeo-directory';
  return isArchiveManifest(await json('manifest.json')) ? 'docker' : undefined;
}

const skopeoMarker = 'Directory Transport Version:';

async function jsonOf(tree: FileTree, path: string, limitBytes: number): Promise<unknown> {
  const file = await tree.find(path);
  if (file === undefined || file.sizeBytes > limitBytes) return undefined;
  try {
    return JSON.parse((await file.read(limitBytes)).toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
