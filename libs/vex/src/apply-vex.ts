import type { Finding, Suppression, VexProduct, VexStatement } from '@tidewaiter/contracts';
import { namesPackage } from '@tidewaiter/sbom';
import { namesImage, type VexImage } from './purl-match';

/** A statement and where it was read. */
export interface SourcedStatement extends VexStatement {
  readonly source: string;
}

/** What statements are compared with: one image and what is in it. */
export interface VexSubject {
  readonly image: VexImage;
  /** Files by the purl of each package. */
  readonly locations: ReadonlyMap<string, readonly string[]>;
  /** Whether all of a purl is part of what another one names: of a bill of materials, whose graph says more than its files. */
  readonly isHeld?: ((holder: string, purl: string) => boolean) | undefined;
}

/** Statements found by the vulnerabilities they speak of. */
export class VexStatements {
  private readonly byVulnerability = new Map<string, SourcedStatement[]>();

  constructor(statements: Iterable<SourcedStatement>) {
    for (const statement of statements) {
      for (const name of new Set(statement.vulnerabilities.map(keyOf))) {
        const list = this.byVulnerability.get(name);
        if (list === undefined) this.byVulnerability.set(name, [statement]);
        else list.push(statement);
      }
    }
  }

  /**
   * Who says that a finding need not be acted on; undefined when nobody does. Of everything that is said of it the latest
   * counts, and of what was said at the same moment that which asks for action.
   */
  suppressionOf(finding: Pick<Finding, 'vulnerability' | 'package'>, subject: VexSubject): Suppression | undefined {
    const { id, aliases } = finding.vulnerability;
    const spoken = new Set([id, ...aliases].flatMap((name) => this.byVulnerability.get(keyOf(name)) ?? []));
    const [latest] = [...spoken]
      .filter(({ products }) => products.some((product) => isAbout(product, finding.package.purl, subject)))
      .sort(
        (a, b) => Date.parse(b.timestamp) - Date.parse(a.timestamp) || Number(asksNothing(a)) - Number(asksNothing(b)),
      );
    return latest === undefined ? undefined : toSuppression(latest);
  }
}

function asksNothing({ status }: VexStatement): boolean {
  return status === 'not_affected' || status === 'fixed';
}

function toSuppression(statement: SourcedStatement): Suppression | undefined {
  const { status, source, document, author, justification, statement: words, timestamp } = statement;
  if (status !== 'not_affected' && status !== 'fixed') return undefined;
  return {
    status,
    source,
    document,
    author,
    ...(justification !== undefined && { justification }),
    ...(words !== undefined && { statement: words }),
    timestamp,
  };
}

/**
 * A product is the image, the package itself, or a package that holds others: a program whose modules it speaks of. Then
 * every file the package was found in has to be that program's: elsewhere the same module is another matter. So it is with the graph of a
 * bill of materials: every way to the package has to lead through that program.
 */
function isAbout(product: VexProduct, purl: string, { image, locations, isHeld }: VexSubject): boolean {
  const { subcomponents, digest } = product;
  const isMeant = subcomponents.some((stated) => namesPackage(stated, purl));
  if (isImage(product, image)) return subcomponents.length === 0 || isMeant;
  if (product.purl === undefined || digest !== undefined) return false;
  if (subcomponents.length === 0) return namesPackage(product.purl, purl);
  return isMeant && (isHeld?.(product.purl, purl) ?? isWithin(product.purl, purl, locations));
}

function isImage({ purl, digest }: VexProduct, image: VexImage): boolean {
  if (digest !== undefined) return image.digests.includes(digest);
  return purl !== undefined && namesImage(purl, image);
}

function isWithin(holder: string, purl: string, locations: VexSubject['locations']): boolean {
  const files = locations.get(purl) ?? [];
  if (files.length === 0) return false;
  const held = new Set([...locations].flatMap(([other, own]) => (namesPackage(holder, other) ? own : [])));
  return files.every((file) => held.has(file));
}

function keyOf(name: string): string {
  return name.toUpperCase();
}
