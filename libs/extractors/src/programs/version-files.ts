import type { ExtractedPackage } from '@tidewaiter/contracts';
import { cpeOf } from './cpe';

/** Files in which a runtime that was copied into an image says its version itself. By base name. */
export const versionFiles: Readonly<Record<string, (text: string) => ExtractedPackage | undefined>> = {
  release: javaRelease,
  VERSION: goVersion,
  OTP_VERSION: erlangVersion,
};

/** At the root of a Java runtime, since Java 7: lines of `KEY="value"`. https://openjdk.org/jeps/220 */
function javaRelease(text: string): ExtractedPackage | undefined {
  const version = /^JAVA_VERSION="([\d._]{1,64})"/m.exec(text)?.[1];
  return version === undefined ? undefined : { name: 'openjdk', version, cpes: [cpeOf('oracle:openjdk', version)] };
}

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
