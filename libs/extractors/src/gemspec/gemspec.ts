import type { ExtractedPackage } from '@tidewaiter/contracts';
import { nothingExtracted, type Extraction, type Extractor, type LayerFile } from '../extractor';

/** Ruby gems that RubyGems or a distro installed, and those that are part of Ruby. See README.md beside this file. */
export const gemspec: Extractor = {
  id: 'gemspec',
  revision: 2,
  reads: 'language',
  files: ['specifications', 'bundler'].map((below) => ({ suffix: '.gemspec', below, maxBytes: 4 * 1024 * 1024 })),
  extract: (file) => Promise.resolve(readGemspec(file)),
};

/** A gem's own sources have a gemspec of the same name, which computes its values; only what lies here is installed. */
const installed = /(?:^|\/)specifications\/(?:default\/)?[^/]+$/;

/** Bundler checks gems of a repository out and writes their gemspecs anew, as deep as it looks for them: `{,*,*\/*}.gemspec`. */
const checkedOut = /(?:^|\/)bundler\/gems\/[^/]+\/(?:[^/]+\/){0,2}[^/]+$/;

function readGemspec(file: LayerFile): Extraction {
  const text = file.bytes.toString('utf8');
  if (!installed.test(file.path))
    return checkedOut.test(file.path) ? extractionOf(stubOf(text), text) : nothingExtracted;
  const identity = stubOf(text) ?? assignedIdentity(text);
  if (identity !== undefined) return extractionOf(identity, text);
  return {
    packages: [],
    problems: [
      {
        code: 'gemspec-unreadable',
        message: `"${file.path}" states no name and version in a form that is known here; the gem is missing from the inventory.`,
        path: file.path,
      },
    ],
  };
}

function extractionOf(identity: ExtractedPackage | undefined, text: string): Extraction {
  return identity === undefined ? nothingExtracted : { packages: [withLicenses(identity, text)], problems: [] };
}

/** The line RubyGems writes for itself, so that it need not run the file: `# stub: name version platform paths`. */
function stubOf(text: string): ExtractedPackage | undefined {
  const [, name, version, platform] = /^# stub: (\S{1,256}) (\S{1,256}) (\S{1,256})/m.exec(text.slice(0, 4096)) ?? [];
  return name === undefined || version === undefined ? undefined : identityOf(name, version, platform);
}

/** `s.name = "rake".freeze`: RubyGems before 2.2, and specifications written by hand. */
function assignedIdentity(text: string): ExtractedPackage | undefined {
  const name = assigned(text, 'name');
  const version = assigned(text, 'version');
  return name === undefined || version === undefined
    ? undefined
    : identityOf(name, version, assigned(text, 'platform'));
}

function identityOf(name: string, version: string, platform: string | undefined): ExtractedPackage {
  return { name, version, ...(platform === undefined || platform === 'ruby' ? {} : { purlQualifiers: { platform } }) };
}

function withLicenses(found: ExtractedPackage, text: string): ExtractedPackage {
  const list = /^ {0,8}\w{1,32}\.licenses ?= ?\[([^\]\n]{0,1024})\]/m.exec(text)?.[1];
  const one = assigned(text, 'license');
  const licenses =
    list === undefined ? [one ?? ''] : [...list.matchAll(/["']([^"']{1,256})["']/g)].map((match) => match[1] ?? '');
  const stated = licenses.filter((license) => license !== '');
  return stated.length === 0 ? found : { ...found, licenses: stated };
}

function assigned(text: string, attribute: string): string | undefined {
  const value = `(?:Gem::Version\\.new[ (]|Gem::Platform\\.new[ (])?["']([^"'\\n#]{1,256})["']`;
  return new RegExp(`^ {0,8}\\w{1,32}\\.${attribute} {0,8}= {0,8}${value}`, 'm').exec(text)?.[1];
}
