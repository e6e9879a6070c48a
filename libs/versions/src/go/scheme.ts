import { ok, type Result } from '@tidewaiter/kit';
import { compareDigits } from '../digits';
import { compareSemver, parseIdentifiers, type SemverVersion } from '../semver/scheme';
import { type BadVersion, boundedVersion, malformed, type VersionScheme } from '../version-scheme';

/** https://go.dev/ref/mod#versions for modules, https://go.dev/doc/toolchain#version for the toolchain and its library. */
export const go: VersionScheme<SemverVersion> = { id: 'go', parse, compare: compareSemver };

function parse(raw: string): Result<SemverVersion, BadVersion> {
  const bounded = boundedVersion(raw);
  if (!bounded.ok) return bounded;
  const version = parseModule(bounded.value) ?? parseToolchain(bounded.value);
  return version === undefined
    ? malformed(raw, 'expected a module version like v1.2.3 or a toolchain version like go1.21rc2')
    : ok(version);
}

/**
 * Strict, as golang.org/x/mod/semver reads it; advisories leave out the "v". Build metadata, "+incompatible" above all, has
 * no part in the order. Go 1.24 added its "+dirty" behind that as a second "+".
 */
const moduleGrammar =
  /^v?(0|[1-9]\d*)(?:\.(0|[1-9]\d*)(?:\.(0|[1-9]\d*)(?:-([\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*))?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?(?:(?<=\+incompatible)\+dirty)?)?)?$/;

function parseModule(text: string): SemverVersion | undefined {
  const match = moduleGrammar.exec(text);
  if (match === null) return undefined;
  const [, major = '', minor = '0', patch = '0', preRelease] = match;
  const hasLeadingZero = preRelease !== undefined && /(?:^|\.)0\d+(?:\.|$)/.test(preRelease);
  return hasLeadingZero ? undefined : { major, minor, patch, preRelease: parseIdentifiers(preRelease) };
}

/** As go.mod and the go command write it. */
const toolchainGrammar = /^(?:go)?(0|[1-9]\d*)(?:\.(0|[1-9]\d*)(?:\.(0|[1-9]\d*)|([a-z]+)(0|[1-9]\d*)?)?)?$/;
/** A vendor's suffix follows a "-" or a blank: "go1.22.1 X:boringcrypto". */
const vendorsToolchain = /^(go[\da-z.]+)[- \t].*$/;

/** In the terms of modules, as advisories of the standard library are written: go1.21rc2 is 1.21.0-rc.2. */
function parseToolchain(text: string): SemverVersion | undefined {
  const match = toolchainGrammar.exec(text.replace(vendorsToolchain, '$1'));
  if (match === null) return undefined;
  const [, major = '', minor = '0', patch = '0', kind, count] = match;
  const isLanguage = match[3] === undefined && kind === undefined && compareDigits(minor, firstWithLanguage) >= 0;
  return { major, minor, patch, preRelease: isLanguage ? beforeAll : parseIdentifiers(dotted(kind, count)) };
}

/** From Go 1.21 on "go1.21" is the language, which comes before its first release candidate; "go1.20" is go1.20.0. */
const firstWithLanguage = '21';
const beforeAll = parseIdentifiers('0');

function dotted(kind: string | undefined, count: string | undefined): string | undefined {
  return count === undefined ? kind : `${kind}.${count}`;
}
