import { Module } from '@nestjs/common';
import { ProcessDelivery } from './process-delivery';
import { ReceiveDelivery } from './receive-delivery';

/** What the public edge needs, and nothing that speaks to a registry. */
@Module({ providers: [ReceiveDelivery], exports: [ReceiveDelivery] })
export class ReceptionModule {}

@Module({ providers: [ProcessDelivery], exports: [ProcessDelivery] })
export class DeliveriesModule {}
