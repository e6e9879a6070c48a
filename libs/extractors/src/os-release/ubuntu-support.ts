import type { Release } from '@tidewaiter/contracts';
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
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return [];
  }
  const status = UbuntuProStatus.safeParse(json);
  if (!status.success) return [];
  return status.data.services
    .filter((service) => service.status === 'enabled')
    .map((service) => service.name)
    .sort();
}
