import { apk } from './apk/apk';
import { dpkg } from './dpkg/dpkg';
import type { Extractor } from './extractor';
import { npm } from './npm/npm';
import { osRelease } from './os-release/os-release';
import { python } from './python/python';

/** Every extractor there is. Adding one is a folder and a line here. */
export const extractors: readonly Extractor[] = [apk, dpkg, npm, osRelease, python];
