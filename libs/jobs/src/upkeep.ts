import { Injectable } from '@nestjs/common';
import { History } from '@tidewaiter/features/matches';
import { RequestRereading } from '@tidewaiter/features/scans';
import { Housekeeping } from './housekeeping';
import { RecoverLostWork } from './recover-lost-work';
import type { Schedule } from './schedule';

export interface PlannedRun {
  /** The same from one start to the next: when it was last done is kept under it. */
  readonly key: string;
  readonly schedule: Schedule;
  /** May be done twice, and is done again after it threw. */
  run(): Promise<unknown>;
}

const rereadEveryMs = 60_000;
const monthsEveryMs = 3_600_000;
const threeAtNight = 180;

/** What is done in the leader itself, being short. */
@Injectable()
export class Upkeep {
  constructor(
    private readonly recoverLostWork: RecoverLostWork,
    private readonly requestRereading: RequestRereading,
    private readonly housekeeping: Housekeeping,
    private readonly history: History,
  ) {}

  runs(recoverEveryMs: number): readonly PlannedRun[] {
    return [
      {
        key: 'recover lost work',
        schedule: { everyMs: recoverEveryMs },
        run: () => this.recoverLostWork.recover(new Date()),
      },
      { key: 'read again', schedule: { everyMs: rereadEveryMs }, run: () => this.requestRereading.request() },
      { key: 'history months', schedule: { everyMs: monthsEveryMs }, run: () => this.history.makeMonths(new Date()) },
      { key: 'retention', schedule: { dailyAtMinute: threeAtNight }, run: () => this.housekeeping.tidy(new Date()) },
    ];
  }
}
