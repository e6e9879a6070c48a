import { Module } from '@nestjs/common';
import { MatchesModule } from '@tidewaiter/features/matches';
import { ReconcileRegistry } from './reconcile-registry';
import { RequestScan } from './request-scan';
import { ScanImage } from './scan-image';
import { TellVerdict } from './tell-verdict';

/** Asking for scans: what the API needs. */
@Module({ providers: [RequestScan], exports: [RequestScan] })
export class ScanRequestsModule {}

/** Carrying them out: what a worker needs. */
@Module({
  imports: [ScanRequestsModule, MatchesModule],
  providers: [ScanImage, TellVerdict, ReconcileRegistry],
  exports: [ScanImage, ReconcileRegistry],
})
export class ScansModule {}
