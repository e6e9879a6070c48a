/**
 * The Dockerfile's instruction in what a builder notes of it as `created_by`. `RUN apk add x` is noted with the shell that runs it:
 *
 * - Docker before BuildKit, and Buildah: `/bin/sh -c apk add x`, `|1 ARG=value /bin/sh -c apk add x`; everything else as
 *   `/bin/sh -c #(nop) CMD ["sh"]`
 * - BuildKit: `RUN /bin/sh -c apk add x # buildkit`, `RUN |1 ARG=value /bin/sh -c apk add x # buildkit`; everything else as it is written
 *
 * Values of build arguments may be secrets, and are left out. What has none of these forms stays as it is.
 * https://github.com/moby/buildkit/blob/v0.16.0/frontend/dockerfile/dockerfile2llb/convert.go#L1851
 * https://github.com/moby/moby/blob/v20.10.27/builder/dockerfile/dispatchers.go#L420
 * https://github.com/containers/buildah/blob/v1.37.0/imagebuildah/stage_executor.go#L1838
 */
export function instructionOf(createdBy: string | null | undefined): string | undefined {
  const text = (createdBy ?? '').trim();
  const written = text.endsWith(mark) ? text.slice(0, -mark.length) : text;
  // Who writes RUN without BuildKit's mark has it from the Dockerfile: a shell there is one that the author asks for.
  const run =
    written.startsWith('RUN ') && (written !== text || /^RUN \|\d/.test(written)) ? written.slice(4) : undefined;
  const instruction = unwrapped(run ?? written, run === undefined ? '' : 'RUN ').trim();
  return instruction === '' ? undefined : instruction;
}

const mark = ' # buildkit';
/** PowerShell gets a sentence of its own before it. */
const nothingDone = /^(?:[^;]*; )?#\(nop\)(?: |$)/;

/** What is said where nothing tells the command from values that may be secrets. */
const untold = 'RUN # a command that cannot be told from the values of the build arguments before it';

function unwrapped(text: string, otherwise: 'RUN ' | ''): string {
  const words = text.split(' ');
  const count = /^\|\d+$/.test(words[0] ?? '') ? Number(words[0]?.slice(1)) : undefined;
  if (count !== undefined && count > 0) {
    const at = commandAfterArguments(words, count);
    return at === undefined ? untold : instructionFrom(words.slice(at).join(' '));
  }
  const from = count === undefined ? 0 : 1;
  const at = commandAfterShell(words, from);
  if (at !== undefined) return instructionFrom(words.slice(at).join(' '));
  return (from === 0 ? otherwise : 'RUN ') + words.slice(from).join(' ');
}

function instructionFrom(command: string): string {
  const before = nothingDone.exec(command)?.[0];
  return before === undefined ? `RUN ${command}` : command.slice(before.length);
}

/**
 * Docker and BuildKit count arguments, whose values may hold blanks; Buildah counts words. The command begins at the first shell that so many
 * arguments stand before, or else so many words.
 */
function commandAfterArguments(words: readonly string[], count: number): number | undefined {
  let stated = 0;
  for (let at = 1; at < words.length; at++) {
    const command = stated >= count ? commandAfterShell(words, at) : undefined;
    if (command !== undefined) return command;
    if (/^[^=\s]+=/.test(words[at] ?? '')) stated++;
  }
  return commandAfterShell(words, count + 1);
}

const shells: readonly { readonly name: RegExp; readonly beforeCommand: RegExp }[] = [
  { name: /^(?:\/[\w./-]*\/)?(?:|a|ba|da|k|z)sh$/, beforeCommand: /^-[A-Za-z]*c$/ },
  { name: /^(?:.*\\)?cmd(?:\.exe)?$/i, beforeCommand: /^\/c$/i },
  { name: /^(?:.*[\\/])?(?:powershell|pwsh)(?:\.exe)?$/i, beforeCommand: /^-c(?:ommand)?$/i },
];

/** `-o pipefail`, `/S`, `-ExecutionPolicy Bypass` */
const maxShellOptions = 8;

/** Where the command begins that a shell at this place is to run; undefined where there is none. */
function commandAfterShell(words: readonly string[], at: number): number | undefined {
  const shell = shells.find(({ name }) => name.test(words[at] ?? ''));
  if (shell === undefined) return undefined;
  const options = words.slice(at + 1, at + 2 + maxShellOptions);
  const last = options.findIndex((option) => shell.beforeCommand.test(option));
  return last === -1 || options.slice(0, last).some((option) => !/^[-/]?\w+$/.test(option)) ? undefined : at + 2 + last;
}
