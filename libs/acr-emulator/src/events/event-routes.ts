import { z } from 'zod';
import { RegistryFault } from '../fault';
import { jsonReply, parseJsonBody, type Reply } from '../http';
import { needsCatalog, type Call, type Route } from '../router';
import type { Courier } from './courier';
import { listedEvent } from './delivery-log';
import { EventDisturbanceRates } from './event-disturbances.schema';
import type { EventGrid } from './event-grid';
import type { Webhooks } from './webhooks';

export interface EventParts {
  readonly courier: Courier;
  readonly eventGrid: EventGrid;
  readonly webhooks: Webhooks;
}

/** What no registry has: test deliveries, the log of all, what happens to events on their way. For whoever may list everything. */
export function eventRoutes({ courier, eventGrid, webhooks }: EventParts): readonly Route[] {
  return [
    {
      method: 'GET',
      pattern: /^\/emulator\/deliveries$/,
      needs: needsCatalog,
      handle: () => jsonReply(200, { value: [...webhooks.deliveries(), ...eventGrid.deliveries()].map(listedEvent) }),
    },
    {
      method: 'POST',
      pattern: /^\/emulator\/webhooks\/(?<webhook>[^/]+)\/ping$/,
      needs: needsCatalog,
      handle({ params }) {
        const sent = webhooks.ping(params['webhook'] ?? '');
        if (sent === undefined) throw new RegistryFault(404, 'NAME_UNKNOWN', 'no webhook has this name');
        // What Azure Resource Manager answers.
        return jsonReply(200, { id: sent.id });
      },
    },
    {
      method: 'GET',
      pattern: /^\/emulator\/event-disturbances$/,
      needs: needsCatalog,
      handle: () => jsonReply(200, courier.counts()),
    },
    {
      method: 'PUT',
      pattern: /^\/emulator\/event-disturbances$/,
      needs: needsCatalog,
      handle: (call) => disturb(courier, call),
    },
    {
      method: 'GET',
      pattern: /^\/emulator\/event-grid\/validate$/,
      handle: ({ query }) => {
        if (eventGrid.validate(query.get('id') ?? '')) return jsonReply(200, 'the event subscription is validated');
        throw new RegistryFault(404, 'NAME_UNKNOWN', 'no event subscription waits for this');
      },
    },
  ];
}

async function disturb(courier: Courier, { request }: Call): Promise<Reply> {
  const rates = EventDisturbanceRates.safeParse(await parseJsonBody(request));
  if (!rates.success) throw new RegistryFault(400, 'UNSUPPORTED', z.prettifyError(rates.error));
  courier.disturb(rates.data);
  return jsonReply(200, rates.data);
}
