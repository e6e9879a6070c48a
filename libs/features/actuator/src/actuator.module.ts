import { Module, type DynamicModule } from '@nestjs/common';
import { ActionsController } from './actions.controller';
import { Actions } from './actions.service';
import { ACTUATOR_OPTIONS, CarryOutActions, type ActuatorOptions } from './carry-out-actions';
import { DecideAgain } from './decide-again';
import { MarkAllExisting } from './mark-existing';
import { OrderAction } from './order-action';
import { TellWaiting } from './tell-waiting';
import { WakeActuator } from './wake-actuator';

/** Asking for changes, and the audit of them: what the API needs. */
@Module({ controllers: [ActionsController], providers: [Actions, OrderAction] })
export class ActionsModule {}

/** Carrying them out: what a worker needs. */
@Module({})
export class ActuatorModule {
  static forRoot(options: ActuatorOptions): DynamicModule {
    return {
      module: ActuatorModule,
      providers: [
        { provide: ACTUATOR_OPTIONS, useValue: options },
        CarryOutActions,
        DecideAgain,
        MarkAllExisting,
        TellWaiting,
        WakeActuator,
      ],
      exports: [CarryOutActions, MarkAllExisting, WakeActuator],
    };
  }
}
