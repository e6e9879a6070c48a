/** A file of a sample layer. A path that ends in a slash is a directory; a `.wh.` name is a whiteout. */
export interface LayerFile {
  readonly path: string;
  readonly content: string;
}

/** A layer and the instruction that made it. */
export interface SampleLayer {
  readonly createdBy: string;
  readonly files: readonly LayerFile[];
}

/** One platform of a sample image. */
export interface SamplePlatform {
  readonly os: string;
  readonly architecture: string;
  readonly layers: readonly SampleLayer[];
}

/** An image of the sample registry; more than one platform makes it an index. */
export interface SampleImage {
  readonly repository: string;
  readonly tag: string;
  readonly platforms: readonly SamplePlatform[];
}

export function file(path: string, content: string): LayerFile {
  return { path, content };
}
