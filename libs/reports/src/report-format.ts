import type { Inventory, ScanReport } from '@tidewaiter/contracts';

/** One image (or root file system) that a document speaks of. */
export interface ReportSubject {
  /** As the user named it. */
  readonly target: string;
  /** `host/name`, where the image came from a registry. */
  readonly repository?: string | undefined;
  readonly inventory: Inventory;
  /** Present when the image was judged too. Its problems include the inventory's. */
  readonly report?: ScanReport | undefined;
}

export interface ReportTool {
  readonly name: string;
  readonly version: string;
}

export interface ReportContext {
  readonly tool: ReportTool;
  /** RFC 3339. Without it a document bears the time the image was created, so that the same image gives the same bytes. */
  readonly createdAt?: string | undefined;
}

/** A document format for other programs. A new one is a folder and a line in registry.ts. */
export interface ReportFormat {
  /** Equal to the name of its folder, and what users ask for. */
  readonly id: string;
  /** What it can carry: what is in an image, or what is wrong with it as well. */
  readonly of: readonly ('inventory' | 'scan')[];
  /** Whether one document may speak of several images. */
  readonly holdsSeveral: boolean;
  /**
   * Plain JSON. The same subjects in the same context give the same document. One subject, unless it `holdsSeveral`. Undefined
   * where the format has no document for what there is to say.
   */
  document(subjects: readonly ReportSubject[], context: ReportContext): unknown;
}
