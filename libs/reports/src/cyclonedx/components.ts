import type { InventoryPackage, Release } from '@tidewaiter/contracts';
import { releaseFacts } from '../release-facts';
import { conjunction, declaredLicense } from '../licenses/license';

export interface Component {
  readonly 'bom-ref': string;
  readonly type: string;
  readonly name: string;
  readonly properties: readonly Property[];
  readonly [field: string]: unknown;
}

interface Property {
  readonly name: string;
  readonly value: string;
}

/** `bom-ref`s are unique in a document; a package may be in an image several times under one purl. */
export class ComponentRefs {
  readonly #counts = new Map<string, number>();

  /** A blank cannot be part of a purl, so no numbered one collides with another. */
  add(identity: string): string {
    const count = (this.#counts.get(identity) ?? 0) + 1;
    this.#counts.set(identity, count);
    return refOf(identity, count);
  }

  /** Every component of this identity. */
  all(identity: string): readonly string[] {
    const count = this.#counts.get(identity) ?? 0;
    return Array.from({ length: count }, (_, at) => refOf(identity, at + 1));
  }
}

function refOf(identity: string, count: number): string {
  return count === 1 ? identity : `${identity} ${count}`;
}

/** Those that have a value, in the namespace of ours. https://github.com/CycloneDX/cyclonedx-property-taxonomy */
export function properties(pairs: readonly (readonly [string, string | undefined])[]): Property[] {
  return pairs.flatMap(([name, value]) => (value === undefined ? [] : [{ name: `tidewaiter:${name}`, value }]));
}

export function packageComponent(pkg: InventoryPackage, refs: ComponentRefs): Component {
  const { purl, version, layer, source } = pkg;
  const [cpe, ...otherCpes] = pkg.cpes ?? [];
  const licenses = licensesOf(pkg.licenses ?? []);
  return {
    'bom-ref': refs.add(purl),
    type: 'library',
    ...groupAndName(pkg),
    version,
    ...(licenses.length === 0 ? {} : { licenses }),
    ...(cpe === undefined ? {} : { cpe }),
    purl,
    properties: properties([
      ['ecosystem', pkg.ecosystem],
      ['architecture', pkg.architecture],
      ['source:name', source?.name],
      ['source:version', source?.version],
      ['layer:index', layer?.index.toString()],
      ['layer:digest', layer?.digest],
      ['layer:diffId', layer?.diffId],
      ['layer:createdBy', layer?.createdBy],
      ['ownedBy', pkg.ownedBy],
      ['isLocked', pkg.isLocked?.toString()],
      ['isVendored', pkg.isVendored?.toString()],
      ...otherCpes.map((other) => ['cpe', other] as const),
    ]),
    ...(pkg.locations.length === 0
      ? {}
      : { evidence: { occurrences: pkg.locations.map((location) => ({ location })) } }),
  };
}

/** `@scope/name`, `group:artifact`, `vendor/name`: the group is what the purl has as its namespace. */
function groupAndName({ name, purl }: InventoryPackage): { readonly group?: string; readonly name: string } {
  const path = purl.slice('pkg:'.length).split(/[@?#]/, 1)[0]?.split('/').slice(1, -1).join('/') ?? '';
  const group = decodeURIComponent(path);
  if (group === '' || !/^[/:]/.test(name.slice(group.length)) || !name.startsWith(group)) return { name };
  return { group, name: name.slice(group.length + 1) };
}

/** Either ids and words, each for itself, or one expression: the schema allows no mixture. */
function licensesOf(texts: readonly string[]): object[] {
  const licenses = texts.filter((text) => text.trim() !== '').map(declaredLicense);
  const expression = licenses.some(({ kind }) => kind === 'expression') ? conjunction(licenses) : undefined;
  if (expression !== undefined) return [{ expression }];
  return licenses.map((license) => {
    if (license.kind === 'id') return { license: { id: license.id } };
    return { license: namedLicense(license.kind === 'text' ? license.text : license.expression) };
  });
}

const nameChars = 200;

/** Some metadata has the whole text where the name should be. */
function namedLicense(text: string): object {
  const name = text.split(/\r?\n/, 1)[0]?.slice(0, nameChars) ?? '';
  return name === text ? { name } : { name, text: { content: text } };
}

export function osComponent(release: Release, refs: ComponentRefs): Component {
  const { id, versionId, prettyName } = release;
  return {
    'bom-ref': refs.add(versionId === undefined ? `os:${id}` : `os:${id}@${versionId}`),
    type: 'operating-system',
    name: id,
    ...(versionId === undefined ? {} : { version: versionId }),
    ...(prettyName === undefined ? {} : { description: prettyName }),
    properties: properties(releaseFacts(release).map(([key, value]) => [`os:${key}`, value])),
  };
}
