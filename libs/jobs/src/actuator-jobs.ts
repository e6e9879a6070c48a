import { Injectable } from '@nestjs/common';
import { CarryOutActions, MarkAllExisting, type ActionsOutcome } from '@tidewaiter/features/actuator';
import type { JobContext, JobHandlers } from '@tidewaiter/queue';
import { SendNotifications } from './send-notifications';

/** The jobs by which something is changed in registries. */
@Injectable()
export class ActuatorJobs {
  readonly handlers: JobHandlers<'actuate'> = {
    'registry.act': ({ registryId }, context) => this.act(registryId, context),
    'registry.mark-existing': ({ actionId }, { signal }) => this.markAllExisting.run(actionId, signal),
  };

  constructor(
    private readonly carryOutActions: CarryOutActions,
    private readonly markAllExisting: MarkAllExisting,
    private readonly notifications: SendNotifications,
  ) {}

  private async act(registryId: number, { signal, logger }: JobContext): Promise<ActionsOutcome> {
    const outcome = await this.carryOutActions.run(registryId, { signal, logger });
    await this.notifications.send(outcome.told);
    return outcome;
  }
}
