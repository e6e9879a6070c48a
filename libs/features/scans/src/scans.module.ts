import { Module, type DynamicModule } from '@nestjs/common';
import { MatchesModule } from '@tidewaiter/features/matches';
import { changedLimits } from '@tidewaiter/image';
import { UserError } from '@tidewaiter/kit';
import { ATTACHED_VEX, AttachedVexDocuments, type AttachedVexOptions } from './attached-vex';
import { ControlScan } from './control-scan';
import { ImageReader } from './image-reader';
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

interface ScansOptions {
  readonly limits: readonly string[];
  readonly attachedVex: AttachedVexOptions;
}

/** Carrying them out: what a worker needs. `limits` are changes of the defaults, `NAME=NUMBER`. */
@Module({})
export class ScansModule {
  static forRoot({ limits, attachedVex }: ScansOptions): DynamicModule {
    const changed = changedLimits(limits);
    if (!changed.ok) throw new UserError('scan-limits-invalid', `SCAN_LIMITS: ${changed.error}.`);
    return {
      module: ScansModule,
      imports: [MatchesModule],
      providers: [
        { provide: SCAN_LIMITS, useValue: changed.value },
        { provide: ATTACHED_VEX, useValue: attachedVex },
        AttachedVexDocuments,
        ImageReader,
        LayerReading,
        RequestScan,
        ScanImage,
        TellVerdict,
      ],
      exports: [RequestScan, ScanImage],
    };
  }
}
