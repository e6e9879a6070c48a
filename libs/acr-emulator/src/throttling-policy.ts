import { createThrottling, type Throttling, type ThrottlingOptions } from './throttling';

/** The budgets requests are counted against, which can be switched while it runs. */
export interface ThrottlingPolicy {
  /** Undefined when nothing is counted. */
  current(): Throttling | undefined;
  /** Every budget is full again, and the counts begin anew. */
  switchTo(options: ThrottlingOptions | undefined): void;
}

export function createThrottlingPolicy(optionsAtFirst: ThrottlingOptions | undefined): ThrottlingPolicy {
  const create = (options: ThrottlingOptions | undefined) =>
    options === undefined ? undefined : createThrottling(options);
  let current = create(optionsAtFirst);
  return {
    current: () => current,
    switchTo(options) {
      current = create(options);
    },
  };
}
