import { apk } from './apk/apk';
import { composerLock } from './composer-lock/composer-lock';
import { composer } from './composer/composer';
import { dpkg } from './dpkg/dpkg';
import type { Extractor } from './extractor';
import { gemspec } from './gemspec/gemspec';
import { goBinary } from './go-binary/go-binary';
import { nodeLock } from './node-lock/node-lock';
import { npm } from './npm/npm';
import { osRelease } from './os-release/os-release';
import { pear } from './pear/pear';
import { programs } from './programs/programs';
import { python } from './python/python';
import { rpm } from './rpm/rpm';
import { rubyLock } from './ruby-lock/ruby-lock';
import { rustBinary } from './rust-binary/rust-binary';
import { yarnCache } from './yarn-cache/yarn-cache';

/** Every extractor there is. Adding one is a folder and a line here. */
export const extractors: readonly Extractor[] = [
  apk,
  composer,
  composerLock,
  dpkg,
  gemspec,
  goBinary,
  nodeLock,
  npm,
  osRelease,
  pear,
  programs,
  python,
  rpm,
  rubyLock,
  rustBinary,
  yarnCache,
];
