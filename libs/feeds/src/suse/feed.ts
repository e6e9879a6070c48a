import type { Advisory, AffectedPackage } from '@tidewaiter/contracts';
import type { CsafProduct } from '../csaf/products';
import { isRpm, rpmPurl, type RpmPurl } from '../csaf/rpm-purl';
import { vendorStatusOf, type CsafStatement, type NoteUnusable } from '../csaf/statements';
import { readVex } from '../csaf/vex';
import type { Feed, FeedProblem, Snapshot } from '../feed';
import { fetchSource } from '../fetch-source';
import { isJsonDocument, jsonDocumentsOf } from '../json-documents';
import { everyVersion } from '../records/affected';
import { BuildsByArchitecture } from '../records/builds';

export const suseFeed: Feed = {
  id: 'suse',
  revision: 4,
  covers: ['SUSE', 'openSUSE'],
  speaksFor: ['SUSE', 'openSUSE'],
  address: 'https://ftp.suse.com/pub/projects/security/csaf-vex.tar.bz2',
  fetch: fetchSource,
  parse,
};

async function* parse({ parts }: Snapshot): AsyncGenerator<Advisory | FeedProblem> {
  const form = { feed: suseFeed.id, vendor: 'SUSE', affectedPackages };
  for (const part of parts) {
    for await (const document of jsonDocumentsOf(part)) {
      if (isJsonDocument(document)) yield* readVex(document, form);
      else yield document;
    }
  }
}

function affectedPackages(statements: Iterable<CsafStatement>, unusable: NoteUnusable): AffectedPackage[] {
  const builds = new BuildsByArchitecture();
  const others = new Map<string, AffectedPackage>();
  let severities: CsafStatement['severities'] = [];
  for (const statement of statements) {
    const ecosystem = ecosystemOf(statement.platform);
    // Other products, as images that are made of these, and what is no rpm.
    if (ecosystem === undefined || !isRpm(statement.component)) continue;
    const component = componentOf(statement.component);
    if (component === undefined || (statement.status === 'fixed' && component.version === undefined)) {
      unusable(statement.id);
      continue;
    }
    const { name, version, architecture } = component;
    const key = { ecosystem, name };
    if (statement.status === 'fixed' && version !== undefined) {
      severities = statement.severities;
      builds.add({ key, fixed: version, ...(architecture !== undefined && { architecture }) });
      continue;
    }
    const affected = everyVersion(key, vendorStatusOf(statement), { severities: statement.severities });
    others.set(JSON.stringify([ecosystem, name, affected.status]), affected);
  }
  return [...builds.affected(severities), ...others.values()];
}

/** Products by the name that images show in PRETTY_NAME: `SUSE:Linux Enterprise Server 15 SP6`, `openSUSE:Leap 15.6`. */
function ecosystemOf({ name }: CsafProduct): string | undefined {
  const [, vendor, product] = /^(SUSE|openSUSE) (.+)$/.exec(name) ?? [];
  return vendor === undefined || product === undefined ? undefined : `${vendor}:${product}`;
}

/**
 * `openssl-3-3.1.4-150600.5.7.1.x86_64`, or a name alone for what is not fixed. Names end like versions too (`libwebkit2gtk-4_0-37`,
 * `java-1_8_0-openjdk`); a release of the build service has a dot.
 */
function componentOf({ name: stated, purl }: CsafProduct): RpmPurl | undefined {
  if (purl !== undefined) return rpmPurl(purl);
  const [, name, version, architecture] =
    /^(.+)-([^-]+-[^-]+?)(?:\.(x86_64|aarch64|s390x|ppc64le|i[3-6]86|noarch|src|nosrc))?$/.exec(stated) ?? [];
  const isVersion = architecture === undefined ? /^\d.*-\w+\./ : /^\d/;
  if (name === undefined || version === undefined || !isVersion.test(version)) return { name: stated };
  return { name, version, ...(architecture !== undefined && { architecture }) };
}
