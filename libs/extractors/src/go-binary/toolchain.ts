/**
 * The release of Go in what a program says it was built with, as a semantic version: `go1.22.3` is 1.22.3, `go1.20` is 1.20.0,
 * `go1.23rc1` is 1.23.0-rc.1. Vendors and experiments stand behind a blank or a dash. Undefined for builds between releases:
 * `devel go1.27-abcdef`, or `go1.22-20231128-RC02 cl/586117301`, which has no patch number and is not 1.22.0.
 */
export function goRelease(stated: string): string | undefined {
  const match = /^go(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3})|(rc|beta)(\d{1,3}))?(?=$|[ +-])(?!-\d{8})/.exec(stated);
  if (match === null) return undefined;
  const [, major, minor, patch, stage, stageNumber] = match;
  return `${major}.${minor}.${patch ?? 0}${stage === undefined ? '' : `-${stage}.${stageNumber}`}`;
}
