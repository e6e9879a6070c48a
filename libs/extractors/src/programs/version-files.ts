import type { ExtractedPackage } from '@tidewaiter/contracts';
import { cpeOf } from './cpe';

/** Files in which a runtime that was copied into an image says its version itself. By base name. */
export const versionFiles: Readonly<Record<string, (text: string) => ExtractedPackage | undefined>> = {
  VERSION: goVersion,
  OTP_VERSION: erlangVersion,
};

/** At the root of a Go tree: `go1.22.3`, then the time of the release. */
function goVersion(text: string): ExtractedPackage | undefined {
  const version = /^go(\d+\.\d+(?:\.\d+)?(?:(?:rc|beta)\d+)?)\s/.exec(`${text}\n`)?.[1];
  return version === undefined ? undefined : { name: 'go', version, cpes: [cpeOf('golang:go', version)] };
}

/** `releases/25/OTP_VERSION`: https://www.erlang.org/doc/system/versions.html */
function erlangVersion(text: string): ExtractedPackage | undefined {
  const version = /^(\d+\.\d+(?:\.\d+){0,4})\s*$/.exec(text)?.[1];
  return version === undefined ? undefined : { name: 'erlang', version, cpes: [cpeOf('erlang:erlang\\/otp', version)] };
}
