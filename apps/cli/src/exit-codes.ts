/** What the process ends with. Part of the command line's contract: pipelines branch on it. */
export const exitCodes = {
  done: 0,
  gateSaysNo: 1,
  wrongUsage: 2,
  targetUnreadable: 3,
  advisoriesMissing: 4,
  failed: 5,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command: the cause is shown, the code says which kind of failure it is to a pipeline. */
export class CommandFailure extends Error {
  constructor(
    readonly exitCode: ExitCode,
    override readonly cause: unknown,
  ) {
    super('command failed', { cause });
    this.name = 'CommandFailure';
  }
}

/** Runs one step of a command; whatever goes wrong in it ends the command with this code. */
export async function endingWith<T>(exitCode: ExitCode, step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw error instanceof CommandFailure ? error : new CommandFailure(exitCode, error);
  }
}
