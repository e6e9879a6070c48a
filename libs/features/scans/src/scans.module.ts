import { Module } from '@nestjs/common';
import { MatchesModule } from '@tidewaiter/features/matches';
import { LayerReading } from './layer-reading';
import { OrderScan } from './order-scan';
import { ReconcileRegistry } from './reconcile-registry';
import { RequestScan } from './request-scan';
import { ScanImage } from './scan-image';
import { ScansController } from './scans.controller';
import { TellVerdict } from './tell-verdict';

/** Asking for scans: what the API needs. */
@Module({ controllers: [ScansController], providers: [RequestScan, OrderScan] })
export class ScanOrdersModule {}

/** Carrying them out: what a worker needs. */
@Module({
  imports: [MatchesModule],
  providers: [LayerReading, RequestScan, ScanImage, TellVerdict, ReconcileRegistry],
  exports: [RequestScan, ScanImage, ReconcileRegistry],
})
export class ScansModule {}
