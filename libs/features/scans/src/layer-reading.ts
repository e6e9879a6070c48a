import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { LayerThreads } from '@tidewaiter/engine';
import type { Limits } from '@tidewaiter/image';

export const SCAN_LIMITS = Symbol('SCAN_LIMITS');

/** The threads of this process that read layers, for all of its scans, and what reading an image may cost. */
@Injectable()
export class LayerReading extends LayerThreads implements OnApplicationShutdown {
  constructor(@Inject(SCAN_LIMITS) readonly limits: Limits) {
    // Threads that are kept cost nothing to start, and a process that renews the locks of its jobs must not be busy for long.
    super({ limits, worthBytes: 4 * 1024 * 1024 });
  }

  onApplicationShutdown(): Promise<void> {
    return this.close();
  }
}
