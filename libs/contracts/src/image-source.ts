import type { Descriptor } from './oci';

/** A document of a registry or layout as it was received. The reader checks the digest over exactly these bytes. */
export interface OciDocument {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/**
 * A place an OCI image is read from: a registry repository, a layout directory, an archive. Nothing it returns has been
 * verified; whoever reads checks digest and size.
 */
export interface ImageSource {
  /** What the user named, for messages. */
  readonly name: string;
  /** The manifest or index that the target names. Throws UserError when there is none. */
  resolve(): Promise<Descriptor>;
  manifest(descriptor: Pick<Descriptor, 'digest' | 'mediaType'>): Promise<OciDocument>;
  /** The blob's stored bytes, still compressed. */
  blob(descriptor: Descriptor): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}
