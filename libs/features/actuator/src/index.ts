export { actionGauges } from './action-gauges';
export { ActionsModule, ActuatorModule } from './actuator.module';
export { CarryOutActions, type ActionsOutcome } from './carry-out-actions';
export { DecideAgain } from './decide-again';
export { OrderAction } from './order-action';
export { MarkAllExisting } from './mark-existing';
export { confirmRelease, noteQuarantined } from './quarantine-rows';
export { WakeActuator } from './wake-actuator';
