import type { ExtractedPackage } from '@tidewaiter/contracts';
import { condaPackage } from '../conda/conda-package';
import { isList, isMap, readPlainYaml, type PlainYaml } from '../plain-yaml';
import { readRequirements } from '../python-lock/requirements';
import type { LockedPackages } from './locked-packages';

/**
 * `channel::name=version=build` and `channel::name==version`; a single `=` without a build takes every version that begins so.
 * https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html
 */
const pin =
  /^(?:([^\s:=]{1,256})::)?([A-Za-z0-9_.-]{1,256}) {0,8}(?:=([A-Za-z0-9_.!+]{1,256})=([A-Za-z0-9_.]{1,256})|={2} {0,8}([A-Za-z0-9_.!+]{1,256}))$/;

/** What `conda env export` writes, and people: only pins say what would be installed. Nothing where it is another's file. */
export function readEnvironment(text: string): LockedPackages | undefined {
  const documents = readPlainYaml(text);
  if (documents === undefined && /^dependencies:/m.test(text)) return undefined;
  const dependencies = dependenciesOf(documents?.[0]);
  const pip = dependencies.flatMap((each) => (isMap(each) ? [each.get('pip') ?? []].flat() : []));
  return {
    conda: dependencies.flatMap((each) => (typeof each === 'string' ? pinned(each) : [])),
    pypi: readRequirements(pip.filter((each) => typeof each === 'string').join('\n')),
  };
}

function dependenciesOf(document: PlainYaml | undefined): readonly PlainYaml[] {
  const dependencies = isMap(document) ? document.get('dependencies') : undefined;
  return isList(dependencies) ? dependencies : [];
}

function pinned(spec: string): readonly ExtractedPackage[] {
  const [, channel, name, version, build, exact] = pin.exec(spec) ?? [];
  const stated = version ?? exact;
  if (name === undefined || stated === undefined) return [];
  return [condaPackage({ name, version: stated, build, channel })];
}
