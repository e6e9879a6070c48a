import type { ImageSource, Inventory } from '@tidewaiter/contracts';
import { readImage } from './read-image';

/** For specs: the inventory of the one image of a source. */
export async function inventoryOf(source: ImageSource): Promise<Inventory> {
  const [reading] = await readImage(source);
  if (reading?.kind !== 'inventory') throw new Error(`not read: ${reading?.reason.message ?? 'nothing'}`);
  return reading.inventory;
}

/** `name@version #layer location...` of every package, sorted by name. */
export function lines(inventory: Inventory): readonly string[] {
  return inventory.packages.map((pkg) =>
    [`${pkg.name}@${pkg.version}`, `#${pkg.layer?.index ?? '-'}`, ...pkg.locations].join(' '),
  );
}
