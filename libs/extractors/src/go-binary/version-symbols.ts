import { elfSymbols, type ByteSource, type Program } from '@tidewaiter/formats';
import type { VersionVariable } from './main-version';

const maxValueBytes = 128;
const maxVariables = 64;

/**
 * With -trimpath a program does not tell its linker flags (https://go.dev/issue/63432). The linker keeps the value of
 * `-X main.version=1.2.3` under the symbol `main.version.str`, with a NUL byte behind it, until symbols are stripped.
 */
export function versionSymbols(source: ByteSource, program: Program): VersionVariable[] {
  const variables: VersionVariable[] = [];
  for (const symbol of elfSymbols(source, program, (name) => /\.ver(?:sion)?\.str$/i.test(name))) {
    if (variables.length === maxVariables) break;
    const value = symbol.read(maxValueBytes);
    if (value !== undefined)
      variables.push({
        name: symbol.name.slice(0, -'.str'.length),
        value: value.toString('latin1').split('\0', 1)[0] ?? '',
      });
  }
  return variables;
}
