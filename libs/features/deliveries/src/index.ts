export { deleteDeliveries } from './delete-deliveries';
export { DeliveriesModule, ReceptionModule } from './deliveries.module';
export { registerHookRoutes } from './hook-routes';
export { ProcessDelivery, type DeliveryOutcome } from './process-delivery';
export { ReceiveDelivery } from './receive-delivery';
export { startFetching } from './start-fetching';
