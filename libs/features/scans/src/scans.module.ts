import { Module, type DynamicModule } from '@nestjs/common';
import { MatchesModule } from '@tidewaiter/features/matches';
import { changedLimits } from '@tidewaiter/image';
import { UserError } from '@tidewaiter/kit';
import { ControlScan } from './control-scan';
import { LayerReading, SCAN_LIMITS } from './layer-reading';
import { OrderScan } from './order-scan';
import { PauseWork } from './pause-work';
import { PausesController } from './pauses.controller';
import { RequestScan } from './request-scan';
import { ScanImage } from './scan-image';
import { ScansController } from './scans.controller';
import { TellVerdict } from './tell-verdict';

/** Asking for scans: what the API needs. */
@Module({
  controllers: [ScansController, PausesController],
  providers: [RequestScan, OrderScan, ControlScan, PauseWork],
})
export class ScanOrdersModule {}

/** Carrying them out: what a worker needs. `limits` are changes of the defaults, `NAME=NUMBER`. */
@Module({})
export class ScansModule {
  static forRoot({ limits }: { readonly limits: readonly string[] }): DynamicModule {
    const changed = changedLimits(limits);
    if (!changed.ok) throw new UserError('scan-limits-invalid', `SCAN_LIMITS: ${changed.error}.`);
    return {
      module: ScansModule,
      imports: [MatchesModule],
      providers: [{ provide: SCAN_LIMITS, useValue: changed.value }, LayerReading, RequestScan, ScanImage, TellVerdict],
      exports: [RequestScan, ScanImage],
    };
  }
}
