import { z } from 'zod';
import { DisturbanceRates } from './disturbance-rates.schema';
import type { Disturbances } from './disturbances';
import { RegistryFault } from './fault';
import { jsonReply, parseJsonBody } from './http';
import type { QuarantinePolicy } from './quarantine-policy';
import { QuarantineSwitch } from './quarantine-switch.schema';
import type { SoftDeletePolicy } from './soft-delete-policy';
import { PurgeOrder, SoftDeleteSwitch } from './soft-delete-switch.schema';
import { needsCatalog, type Route } from './router';
import type { Throttling } from './throttling';

export interface AdminRoutesInput {
  readonly throttling: Throttling | undefined;
  readonly disturbances: Disturbances;
  readonly quarantine: QuarantinePolicy;
  readonly softDelete: SoftDeletePolicy;
  /** Deletes for good what is kept for long enough by then. */
  readonly purge: (asOf: Date) => void;
}

/** The emulator's own: what no registry has. For whoever may list everything. */
export function adminRoutes(input: AdminRoutesInput): readonly Route[] {
  const { throttling, disturbances, quarantine, softDelete, purge } = input;
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
        const rates = DisturbanceRates.safeParse(await parseJsonBody(request));
        if (!rates.success) throw new RegistryFault(400, 'UNSUPPORTED', z.prettifyError(rates.error));
        disturbances.set(rates.data);
        return jsonReply(200, rates.data);
      },
    },
    {
      method: 'PUT',
      pattern: /^\/emulator\/soft-delete$/,
      needs: needsCatalog,
      async handle({ request }) {
        const wanted = SoftDeleteSwitch.safeParse(await parseJsonBody(request));
        if (!wanted.success) throw new RegistryFault(400, 'UNSUPPORTED', z.prettifyError(wanted.error));
        softDelete.keepFor(wanted.data.retentionDays ?? undefined);
        return jsonReply(200, wanted.data);
      },
    },
    {
      method: 'POST',
      pattern: /^\/emulator\/soft-delete\/purge$/,
      needs: needsCatalog,
      async handle({ request }) {
        const order = PurgeOrder.safeParse(await parseJsonBody(request));
        if (!order.success) throw new RegistryFault(400, 'UNSUPPORTED', z.prettifyError(order.error));
        purge(new Date(order.data.asOf));
        return { status: 202 };
      },
    },
    {
      method: 'GET',
      pattern: /^\/emulator\/quarantine$/,
      needs: needsCatalog,
      handle: () => jsonReply(200, { enabled: quarantine.isEnabled() }),
    },
    {
      method: 'PUT',
      pattern: /^\/emulator\/quarantine$/,
      needs: needsCatalog,
      async handle({ request }) {
        const wanted = QuarantineSwitch.safeParse(await parseJsonBody(request));
        if (!wanted.success) throw new RegistryFault(400, 'UNSUPPORTED', z.prettifyError(wanted.error));
        quarantine.enable(wanted.data.enabled);
        return jsonReply(200, wanted.data);
      },
    },
  ];
}
