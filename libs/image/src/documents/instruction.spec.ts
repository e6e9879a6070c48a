import { instructionOf } from './instruction';

/** As the builders' sources write them, see instruction.ts. */
describe('the instruction in what a builder notes', () => {
  it.each([
    ['Docker', '/bin/sh -c apk add x', 'RUN apk add x'],
    ['Docker, with arguments', '|1 A=2 /bin/sh -c pip install foo', 'RUN pip install foo'],
    ['Docker, with arguments that the command does not get', '|0 /bin/sh -c apk add x', 'RUN apk add x'],
    ['Docker, of what runs nothing', '/bin/sh -c #(nop) ADD file:1 in / ', 'ADD file:1 in /'],
    ['Docker, of what changes the configuration', '/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'],
    ['Docker, with another shell', '/bin/bash -o pipefail -c a | b', 'RUN a | b'],
    ['Docker, with another shell and nothing to run', '/bin/bash -euxo pipefail -c #(nop)  USER 1', 'USER 1'],
    ['Docker on Windows', 'cmd /S /C dir', 'RUN dir'],
    ['Docker with PowerShell', 'powershell -Command $ErrorActionPreference = \'Stop\'; #(nop)  CMD ["x"]', 'CMD ["x"]'],
    ['BuildKit', 'RUN /bin/sh -c apk add x # buildkit', 'RUN apk add x'],
    ['BuildKit, with arguments', 'RUN |2 A=2 B=3 4 /bin/sh -c apk add x # buildkit', 'RUN apk add x'],
    ['BuildKit, without a shell', 'RUN apk add x # buildkit', 'RUN apk add x'],
    ['BuildKit, of a shell in the Dockerfile', 'RUN /bin/sh -c bash -c "x" # buildkit', 'RUN bash -c "x"'],
    ['BuildKit, of more than a line', 'RUN /bin/sh -c a\nb # buildkit', 'RUN a\nb'],
    ['BuildKit, of a copy', 'COPY node_modules ./node_modules # buildkit', 'COPY node_modules ./node_modules'],
    ['BuildKit, without a layer', 'WORKDIR /app', 'WORKDIR /app'],
    ['Buildah', '/bin/sh -c --mount=type=cache,target=/c apk add x', 'RUN --mount=type=cache,target=/c apk add x'],
    ['Kaniko, as it is written', "RUN bash -c 'x'", "RUN bash -c 'x'"],
    ['somebody else', 'bazel build //:image', 'bazel build //:image'],
    ['somebody else, of a shell', '/bin/sh', '/bin/sh'],
  ])('%s: %s', (_who, createdBy, instruction) => {
    expect(instructionOf(createdBy)).toBe(instruction);
  });

  it.each([
    ['blanks', 'RUN |2 KEY=-----BEGIN KEY----- s3cret\ns3cret B=1 /bin/sh -c make # buildkit', 'RUN make'],
    ['nothing', '|2 A= B=s3cret /bin/bash -o pipefail -c make', 'RUN make'],
    ['a shell', '|2 A=s3cret /bin/sh -c s3cret B=s3cret /bin/sh -c make', 'RUN make'],
    ['words, which Buildah counts', '|4 A=s3cret s3cret s3cret B=1 /bin/sh -c make', 'RUN make'],
    ['a shell that is run by the command', '|1 A=s3cret /bin/sh -c su x /bin/sh -c make', 'RUN su x /bin/sh -c make'],
  ])('trap: shows no values of build arguments, that hold %s', (_what, createdBy, instruction) => {
    expect(instructionOf(createdBy)).toBe(instruction);
  });

  it('trap: shows nothing where nothing tells the command from a value', () => {
    expect(instructionOf('RUN |1 A=s3cret s3cret apk add x # buildkit')).toMatch(
      /^RUN # a command that cannot be told/,
    );
    expect(instructionOf('|3 A=s3cret')).not.toContain('s3cret');
  });

  it('is none where nothing is noted', () => {
    for (const createdBy of [undefined, null, '', '  ', '/bin/sh -c #(nop) '])
      expect(instructionOf(createdBy)).toBeUndefined();
  });
});
