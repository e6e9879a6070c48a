import type { AffectedPackage, SeverityVector } from '@tidewaiter/contracts';
import { isRpm, rpmPurl, streamOf, type RpmPurl } from '../csaf/rpm-purl';
import { vendorStatusOf, type CsafStatement, type NoteUnusable } from '../csaf/statements';
import { everyVersion } from '../records/affected';
import { BuildsByArchitecture } from '../records/builds';

/**
 * What the statements of a document say of packages of Red Hat Enterprise Linux, of its lines of extended support, of what lies beside
 * it in repositories of its own, and of OpenShift. Other products layered on it are not told apart by what is in an image.
 */
export function affectedPackages(statements: Iterable<CsafStatement>, unusable: NoteUnusable): AffectedPackage[] {
  const fixed = new FixedRows();
  const others = new Map<string, AffectedPackage>();
  for (const statement of statements) {
    if (isOfOtherProduct(statement) || isOfNoPackage(statement)) continue;
    const ecosystem = ecosystemOf(statement.platform.cpe);
    const component = componentOf(statement);
    const isVersionMissing = statement.status === 'fixed' && component?.version === undefined;
    if (ecosystem === undefined || component === undefined || isVersionMissing) {
      unusable(statement.id);
      continue;
    }
    if (statement.status === 'fixed') {
      fixed.add(ecosystem, component, statement.severities);
      continue;
    }
    const { name, module = '' } = component;
    const facts = { severities: statement.severities, module };
    const affected = everyVersion({ ecosystem, name }, vendorStatusOf(statement), facts);
    others.set(JSON.stringify([ecosystem, name, module, affected.status]), affected);
  }
  return [...fixed.affected(), ...[...others.values()].filter((affected) => !fixed.overtakes(affected))];
}

const ofSystem =
  /^cpe:\/[oa]:redhat:((?:enterprise_linux|(?:rhel|enterprise_linux)_(?:eus|e4s|tus|aus)|rhel_(?:els|extras|software_collections)|openshift):\d.*)$/;

function isOfOtherProduct({ platform: { cpe } }: CsafStatement): boolean {
  return cpe !== undefined && !ofSystem.test(cpe);
}

/** An image of containers: by its purl, or where there is none by an id that is its path (`openshift4/ose-cli`). */
function isOfNoPackage({ component }: CsafStatement): boolean {
  return !isRpm(component) || (component.purl === undefined && /^[^/:\s]+\/\S+$/.test(component.id));
}

/** `Red Hat:enterprise_linux:9::appstream` for `cpe:/a:redhat:enterprise_linux:9::appstream`. */
function ecosystemOf(cpe = ''): string | undefined {
  const product = ofSystem.exec(cpe)?.[1];
  if (product === undefined || !/^[a-z_\d]+:\d+(?:\.\d+)?(?:::[a-z_\d]+)?$/.test(product)) return undefined;
  return `Red Hat:${product}`;
}

/** Older documents have the stream as a product between package and platform, and not in the package's purl. */
function componentOf(statement: CsafStatement): RpmPurl | undefined {
  const component = packageOf(statement);
  const stream = statement.within === undefined ? undefined : streamOf(statement.within);
  return component === undefined || stream === undefined ? component : { module: stream, ...component };
}

/** Older documents have no purl for what is not fixed: then the id says `nodejs:18/nodejs` or `openssl`. */
function packageOf({ component }: CsafStatement): RpmPurl | undefined {
  if (component.purl !== undefined) return rpmPurl(component.purl);
  const [, module, name] = /^(?:([^/:\s]+:[^/:\s]+)\/)?([A-Za-z0-9._+-]+)$/.exec(component.id) ?? [];
  if (name === undefined) return undefined;
  return { name, ...(module !== undefined && { module }) };
}

/**
 * A fix is listed as a source package and as every binary built of it. The source speaks for all of them; binaries count where
 * a product lists no source.
 */
class FixedRows {
  private readonly sources = new Map<string, Rows>();
  private readonly binaries = new Map<string, Rows>();
  /** What has a fix, by the product without its repository. */
  private readonly names = new Set<string>();

  /**
   * Whether a fix came after this was said. A document may go on to call a product affected when one of its repositories has the fix, and
   * one that is out of support when those who pay for more of it have.
   */
  overtakes({ ecosystem, name, module, status }: AffectedPackage): boolean {
    if (status !== undefined && status !== 'end-of-life') return false;
    const isOfProduct = !ecosystem.includes('::');
    if (isOfProduct && status === undefined && this.names.has(placeOf({ ecosystem, name, module }))) return true;
    const extended = ecosystem.replace(/^Red Hat:enterprise_linux:(\d+)$/, 'Red Hat:rhel_els:$1');
    return extended !== ecosystem && this.names.has(placeOf({ ecosystem: extended, name, module }));
  }

  add(ecosystem: string, component: RpmPurl, severities: readonly SeverityVector[]): void {
    const { name, version: fixed = '', architecture, module } = component;
    const isSource = architecture === 'src';
    const table = isSource ? this.sources : this.binaries;
    const rows = table.get(ecosystem) ?? { builds: new BuildsByArchitecture(), severities };
    table.set(ecosystem, rows);
    this.names.add(placeOf({ ecosystem, name, module }));
    rows.builds.add({
      key: { ecosystem, name },
      fixed,
      ...(module !== undefined && { module }),
      ...(!isSource && architecture !== undefined && { architecture }),
    });
  }

  affected(): AffectedPackage[] {
    const ecosystems = new Set([...this.sources.keys(), ...this.binaries.keys()]);
    return [...ecosystems].flatMap((ecosystem) => {
      const rows = this.sources.get(ecosystem) ?? this.binaries.get(ecosystem);
      return rows === undefined ? [] : rows.builds.affected(rows.severities);
    });
  }
}

function placeOf(where: Pick<AffectedPackage, 'ecosystem' | 'name' | 'module'>): string {
  const { ecosystem, name, module = '' } = where;
  return JSON.stringify([ecosystem.split('::', 1)[0], name, module]);
}

interface Rows {
  readonly builds: BuildsByArchitecture;
  readonly severities: readonly SeverityVector[];
}
