import type { IncomingMessage } from 'node:http';
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
import type { ThrottlingPolicy } from './throttling-policy';
import { ThrottlingSwitch } from './throttling-settings.schema';

export interface AdminRoutesInput {
  readonly throttling: ThrottlingPolicy;
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
      handle: () => jsonReply(200, throttling.current()?.report() ?? null),
    },
    switchRoute(/^\/emulator\/throttling$/, ThrottlingSwitch, (wanted) =>
      throttling.switchTo(wanted.tier === null ? undefined : wanted),
    ),
    {
      method: 'GET',
      pattern: /^\/emulator\/disturbances$/,
      needs: needsCatalog,
      handle: () => jsonReply(200, disturbances.counts()),
    },
    switchRoute(/^\/emulator\/disturbances$/, DisturbanceRates, (rates) => disturbances.set(rates)),
    switchRoute(/^\/emulator\/soft-delete$/, SoftDeleteSwitch, ({ retentionDays }) =>
      softDelete.keepFor(retentionDays ?? undefined),
    ),
    {
      method: 'POST',
      pattern: /^\/emulator\/soft-delete\/purge$/,
      needs: needsCatalog,
      async handle({ request }) {
        const { asOf } = await readOrder(request, PurgeOrder);
        purge(new Date(asOf));
        return { status: 202 };
      },
    },
    {
      method: 'GET',
      pattern: /^\/emulator\/quarantine$/,
      needs: needsCatalog,
      handle: () => jsonReply(200, { enabled: quarantine.isEnabled() }),
    },
    switchRoute(/^\/emulator\/quarantine$/, QuarantineSwitch, ({ enabled }) => quarantine.enable(enabled)),
  ];
}

/** Answers with what it was switched to. */
function switchRoute<T>(pattern: RegExp, schema: z.ZodType<T>, apply: (wanted: T) => void): Route {
  return {
    method: 'PUT',
    pattern,
    needs: needsCatalog,
    async handle({ request }) {
      const wanted = await readOrder(request, schema);
      apply(wanted);
      return jsonReply(200, wanted);
    },
  };
}

async function readOrder<T>(request: IncomingMessage, schema: z.ZodType<T>): Promise<T> {
  const order = schema.safeParse(await parseJsonBody(request));
  if (!order.success) throw new RegistryFault(400, 'UNSUPPORTED', z.prettifyError(order.error));
  return order.data;
}
