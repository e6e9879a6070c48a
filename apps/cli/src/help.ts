import type { Command, Option } from './command';

const everywhere: Readonly<Record<string, Option>> = {
  debug: { help: 'show the stack when something fails' },
  help: { help: 'show this' },
};

export function overview(commands: readonly Command[]): string {
  const rows = commands.map(
    ({ name, operands, summary }) => [`${name.join(' ')} ${operands}`.trim(), summary] as const,
  );
  return [
    'tidewaiter: what is in a container image, and what of it is dangerous.',
    '',
    'Usage: tidewaiter COMMAND [OPTIONS]',
    '',
    ...aligned(rows),
    '',
    'tidewaiter COMMAND --help tells more. tidewaiter --version names the version.',
    '',
    'Exit codes: 0 done and clean, 1 the gate says no (--fail-on), 2 wrong usage, 3 the target could not be read,',
    '4 advisories missing or too old, 5 anything else.',
    '',
  ].join('\n');
}

export function commandHelp(command: Command): string {
  const options = Object.entries({ ...command.options, ...everywhere }).map(
    ([name, { value, help }]) => [`--${name}${value === undefined ? '' : ` ${value}`}`, help] as const,
  );
  return [
    `Usage: tidewaiter ${[...command.name, command.operands, '[OPTIONS]'].filter((word) => word !== '').join(' ')}`,
    '',
    `${command.summary[0]?.toUpperCase() ?? ''}${command.summary.slice(1)}.`,
    ...(command.details.length === 0 ? [] : ['', ...command.details]),
    '',
    'Options:',
    ...aligned(options),
    '',
  ].join('\n');
}

function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  const indent = ' '.repeat(width + 4);
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right.replaceAll('\n', `\n${indent}`)}`);
}
