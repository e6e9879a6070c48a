import { createHash } from 'node:crypto';
import type { Inventory, InventoryPackage, Package, Problem } from '@tidewaiter/contracts';
import { jsonbText, type Transaction } from '@tidewaiter/db';
import { ecosystemOf } from '@tidewaiter/ecosystems';
import { OperationalError } from '@tidewaiter/kit';
import { recordPackages, type PackageToRecord } from '@tidewaiter/features/matches';

/** What one layer contributes to an image: distinct packages, sorted by row id, with the files each was read from. */
export interface InventoryPart {
  readonly layerIndex: number;
  readonly packageIds: readonly number[];
  /** Same order as packageIds. */
  readonly locations: readonly (readonly string[])[];
}

/** A key of a Postgres index has less than 2,704 bytes; names and versions of this length are nobody's. */
const maxTextBytes = 1_000;

/** The inventory without packages that cannot be recorded; each is a problem, and the image is then not whole. */
export function recordable(inventory: Inventory): Inventory {
  const [packages, problems] = [[], []] as [InventoryPackage[], Problem[]];
  for (const found of inventory.packages) {
    const texts = [found.ecosystem, found.name, found.version, found.source?.name ?? ''];
    if (texts.every((text) => Buffer.byteLength(text) <= maxTextBytes)) packages.push(found);
    else problems.push(tooLong(found));
  }
  if (problems.length === 0) return inventory;
  return { ...inventory, packages, complete: false, problems: [...inventory.problems, ...problems] };
}

function tooLong({ ecosystem, name, locations, layer }: InventoryPackage): Problem {
  const message = `A package of ${ecosystem.slice(0, 80)} whose name begins with ${JSON.stringify(name.slice(0, 80))} was left out: its name or version has more than ${String(maxTextBytes)} bytes.`;
  const [path] = locations;
  return {
    code: 'package-name-too-long',
    message,
    ...(path === undefined ? {} : { path }),
    ...(layer?.digest === undefined ? {} : { layer: layer.digest }),
  };
}

/** Records the packages of an inventory and groups them by the layer that brought them. */
export async function inventoryParts(tx: Transaction, inventory: Inventory): Promise<readonly InventoryPart[]> {
  const distinct = distinctPackages(inventory);
  const ids = await recordPackages(tx, [...distinct.values()]);
  const idOf = new Map([...distinct.keys()].map((key, index) => [key, ids[index]]));
  const byLayer = Map.groupBy(inventory.packages, (found) => found.layer?.index ?? 0);
  return [...byLayer].map(([layerIndex, packages]) => partOf(layerIndex, packages, idOf));
}

/** Points an image at its parts. A part is found by its content, so images that share a base layer share its row. */
export async function writeParts(tx: Transaction, imageId: number, parts: readonly InventoryPart[]): Promise<void> {
  await tx.$executeRaw`DELETE FROM image_part WHERE image_id = ${imageId}`;
  if (parts.length === 0) return;
  const rows = parts
    .map((part) => ({ ...part, digest: partDigest(part) }))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  const document = jsonbText(rows);
  await tx.$executeRaw`
    INSERT INTO inventory_part (digest, package_ids, locations)
    SELECT DISTINCT ON (r.digest) decode(r.digest, 'hex'), r."packageIds", r.locations
      FROM jsonb_to_recordset(${document}::jsonb) AS r(digest text, "packageIds" int[], locations jsonb)
     WHERE NOT EXISTS (SELECT FROM inventory_part p WHERE p.digest = decode(r.digest, 'hex'))
     ORDER BY r.digest
    ON CONFLICT (digest) DO NOTHING`;
  const written = await tx.$executeRaw`
    INSERT INTO image_part (image_id, part_id, layer_index)
    SELECT ${imageId}, p.id, r."layerIndex"
      FROM jsonb_to_recordset(${document}::jsonb) AS r(digest text, "layerIndex" int)
      JOIN inventory_part p ON p.digest = decode(r.digest, 'hex')`;
  // One that nobody pointed to was deleted between the two statements.
  if (written !== rows.length)
    throw new OperationalError('inventory-part-collected', 'a part of the inventory is gone');
}

function partOf(
  layerIndex: number,
  packages: readonly InventoryPackage[],
  idOf: ReadonlyMap<string, number | undefined>,
): InventoryPart {
  const locations = new Map<number, Set<string>>();
  for (const found of packages) {
    const id = idOf.get(keyOf(found, found.ownedBy));
    if (id === undefined) throw new Error('a package of the inventory was not recorded');
    const paths = locations.get(id) ?? new Set<string>();
    for (const path of found.locations) paths.add(path);
    locations.set(id, paths);
  }
  const packageIds = [...locations.keys()].sort((a, b) => a - b);
  return { layerIndex, packageIds, locations: packageIds.map((id) => [...(locations.get(id) ?? [])].sort()) };
}

function distinctPackages(inventory: Inventory): ReadonlyMap<string, PackageToRecord> {
  const distinct = new Map<string, PackageToRecord>();
  for (const found of inventory.packages) {
    const { layer: _layer, locations: _locations, ownedBy, ...pkg } = found;
    const key = keyOf(pkg, ownedBy);
    if (distinct.has(key)) continue;
    const keys = ownedBy === undefined ? (ecosystemOf(pkg)?.lookupKeys(pkg) ?? []) : [];
    distinct.set(key, { package: pkg, keys, ...(ownedBy === undefined ? {} : { ownedBy }) });
  }
  return distinct;
}

function keyOf(pkg: Package, ownedBy: string | undefined): string {
  const { ecosystem, name, version, architecture, purl, source } = pkg;
  return JSON.stringify([ecosystem, name, version, architecture, purl, source?.name, source?.version, ownedBy]);
}

function partDigest(part: InventoryPart): string {
  return createHash('sha256')
    .update(JSON.stringify([part.packageIds, part.locations]))
    .digest('hex');
}
