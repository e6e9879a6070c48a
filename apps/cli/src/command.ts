import type { Terminal } from './terminal';
import type { ExitCode } from './exit-codes';

export interface Option {
  /** Absent for a switch. */
  readonly value?: string;
  readonly help: string;
  readonly multiple?: true;
}

export interface Command {
  /** `['advisories', 'import']`. */
  readonly name: readonly string[];
  /** `PATH...`. */
  readonly operands: string;
  /** How many operands it takes. */
  readonly arity: { readonly min: number; readonly max: number };
  /** One line, for the overview. */
  readonly summary: string;
  /** Lines below the usage in the command's own help. */
  readonly details: readonly string[];
  readonly options: Readonly<Record<string, Option>>;
  /** Loaded when the command runs, so that starting costs only what is used. */
  load(): Promise<(invocation: Invocation, terminal: Terminal) => Promise<ExitCode>>;
}

/** A command line that fits its command. */
export class Invocation {
  constructor(
    readonly operands: readonly string[],
    private readonly values: Readonly<Record<string, OptionValue>>,
  ) {}

  has(option: string): boolean {
    return this.values[option] === true;
  }

  text(option: string): string | undefined {
    const value = this.values[option];
    return typeof value === 'string' ? value : undefined;
  }

  list(option: string): readonly string[] {
    const value = this.values[option];
    return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
  }
}

export type OptionValue = string | boolean | readonly (string | boolean)[] | undefined;
