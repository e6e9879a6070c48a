import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LayerThreads } from '@tidewaiter/engine';
import { defaultLimits } from '@tidewaiter/image';

/** The threads of this process that read layers, for all of its scans. */
@Injectable()
export class LayerReading extends LayerThreads implements OnApplicationShutdown {
  constructor() {
    super({ limits: defaultLimits });
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}
