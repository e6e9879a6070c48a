import { z } from 'zod';
import { DisturbanceRates } from './disturbance-rates.schema';
import type { Disturbances } from './disturbances';
import { RegistryFault } from './fault';
import { jsonReply, readBody } from './http';
import { needsCatalog, type Route } from './router';
import type { Throttling } from './throttling';

const maxBytes = 64 * 1024;

/** The emulator's own: what no registry has. For whoever may list everything. */
export function adminRoutes(throttling: Throttling | undefined, disturbances: Disturbances): readonly Route[] {
  return [
    {
      method: 'GET',
      pattern: /^\/emulator\/throttling$/,
      needs: needsCatalog,
      handle: () => jsonReply(200, throttling?.report() ?? null),
    },
    {
      method: 'GET',
      pattern: /^\/emulator\/disturbances$/,
      needs: needsCatalog,
      handle: () => jsonReply(200, disturbances.counts()),
    },
    {
      method: 'PUT',
      pattern: /^\/emulator\/disturbances$/,
      needs: needsCatalog,
      async handle({ request }) {
        const body = (await readBody(request, maxBytes)).toString('utf8');
        const rates = DisturbanceRates.safeParse(parsedJson(body));
        if (!rates.success) throw new RegistryFault(400, 'UNSUPPORTED', z.prettifyError(rates.error));
        disturbances.set(rates.data);
        return jsonReply(200, rates.data);
      },
    },
  ];
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new RegistryFault(400, 'UNSUPPORTED', 'the body is not JSON');
  }
}
