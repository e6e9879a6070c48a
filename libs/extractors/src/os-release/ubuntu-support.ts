import type { Release } from '@tidewaiter/contracts';
import { parseJson } from '../json';
import { UbuntuProStatus } from './ubuntu-status.schema';

/**
 * Which services of Ubuntu Pro the image is attached to. The file is a cache of the tool's own, so one that cannot be read says
 * nothing, like one that is missing: what extended support built is known by its version anyway.
 */
export function readSupport(text: string): Release | undefined {
  const support = enabledServices(text);
  return support.length === 0 ? undefined : { id: 'ubuntu', support };
}

function enabledServices(text: string): string[] {
  const status = UbuntuProStatus.safeParse(parseJson(text));
  if (!status.success) return [];
  return status.data.services
    .filter((service) => service.status === 'enabled')
    .map((service) => service.name)
    .sort();
}
