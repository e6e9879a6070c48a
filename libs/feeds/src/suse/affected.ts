import type { AdvisoryKey, AffectedPackage, RangeEvent, SeverityVector } from '@tidewaiter/contracts';
import type { CsafProduct } from '../csaf/products';
import { isRpm, rpmPurl, type RpmPurl } from '../csaf/rpm-purl';
import { vendorStatusOf, type CsafStatement, type NoteUnusable } from '../csaf/statements';
import { affectedBetween, everyVersion } from '../records/affected';

/**
 * What the statements of a document say of packages of SUSE's products. They contradict each other: what is fixed stays on the list of
 * what is affected, by its own name, by that of its source, and under the product that was fixed when its general support had
 * ended. A fix is the newer word, and what no fix is planned for a word of its own.
 */
export function affectedPackages(statements: Iterable<CsafStatement>, unusable: NoteUnusable): AffectedPackage[] {
  const fixes = new Map<string, Fixes>();
  const others: Other[] = [];
  for (const statement of statements) {
    const ecosystem = ecosystemOf(statement.platform);
    // Other products, as images that are made of these, and what is no rpm.
    if (ecosystem === undefined || !isRpm(statement.component)) continue;
    const { severities, status } = statement;
    const component = status === 'fixed' ? fixedBuildOf(statement.component) : componentOf(statement.component.name);
    if (component === undefined || (status === 'fixed' && component.version === undefined)) {
      unusable(statement.id);
      continue;
    }
    const key = { ecosystem, name: component.name };
    if (status === 'fixed') fixesOf(fixes, key, severities).add(component, sourceOf(statement.component));
    else others.push({ key, severities, status: vendorStatusOf(statement) });
  }
  for (const each of fixes.values()) fixes.get(nameIn(extendedOf(each.key.ecosystem), each.key.name))?.addAll(each);
  const fixed = new FixedNames(fixes.values());
  return [...[...fixes.values()].flatMap((all) => all.affected()), ...standing(others, fixed)];
}

interface Other {
  readonly key: AdvisoryKey;
  readonly severities: readonly SeverityVector[];
  readonly status: ReturnType<typeof vendorStatusOf>;
}

/** What no fix has overtaken, once for each package and product: that it is not affected before that it is. */
function standing(others: readonly Other[], fixed: FixedNames): AffectedPackage[] {
  const found = new Map<string, Other>();
  for (const other of others.toSorted((a, b) => rank(a) - rank(b))) {
    const { key, status } = other;
    const name = nameIn(key.ecosystem, key.name);
    if (found.has(name) || fixed.has(key) || (status === undefined && fixed.hasElsewhere(key))) continue;
    found.set(name, other);
  }
  return [...found.values()].map(({ key, status, severities }) => everyVersion(key, status, { severities }));
}

function rank({ status }: Other): number {
  return status === 'not-affected' ? 0 : status === undefined || status === 'under-investigation' ? 2 : 1;
}

function fixesOf(fixes: Map<string, Fixes>, key: AdvisoryKey, severities: readonly SeverityVector[]): Fixes {
  const name = nameIn(key.ecosystem, key.name);
  const known = fixes.get(name) ?? new Fixes(key, severities);
  fixes.set(name, known);
  return known;
}

/** Builds of one package in one product that have the fix. */
class Fixes {
  readonly sources = new Set<string>();
  /** Architectures by version. */
  private readonly builds = new Map<string, Set<string>>();

  constructor(
    readonly key: AdvisoryKey,
    private readonly severities: readonly SeverityVector[],
  ) {}

  add({ version = '', architecture }: RpmPurl, source: string | undefined): void {
    const architectures = this.builds.get(version) ?? new Set<string>();
    if (architecture !== undefined) architectures.add(architecture);
    this.builds.set(version, architectures);
    if (source !== undefined) this.sources.add(source);
  }

  addAll({ builds }: Fixes): void {
    for (const [version, architectures] of builds) {
      this.builds.set(version, new Set([...(this.builds.get(version) ?? []), ...architectures]));
    }
  }

  affected(): AffectedPackage[] {
    const versions = Map.groupBy(this.builds.keys(), (version) => this.architecturesOf(version).join(' '));
    return [...versions.values()].map((same) =>
      affectedBetween(this.key, eventsOf(same), {
        severities: this.severities,
        architectures: this.architecturesOf(same[0]),
        module: '',
      }),
    );
  }

  private architecturesOf(version = ''): string[] {
    return [...(this.builds.get(version) ?? [])].sort();
  }
}

/**
 * Of several builds of one upstream version the first has the fix, and every later one with it. Another upstream version beside it is
 * a line of its own, which begins anew. Whoever evaluates the events puts them in order.
 */
function eventsOf(versions: readonly string[]): readonly RangeEvent[] {
  const lines = new Set(versions.map(upstreamOf));
  const begins = lines.size === 1 ? [] : [...lines].map((line) => ({ introduced: `${line}-0` }));
  return [{ introduced: '0' }, ...begins, ...versions.map((fixed) => ({ fixed }))];
}

/** `1:2.24.0` of `1:2.24.0-8.20.1`. */
function upstreamOf(version: string): string {
  return version.replace(/-[^-]*$/, '');
}

/** Of which packages there are fixes, by their names and those of their sources. */
class FixedNames {
  private readonly own = new Set<string>();
  private readonly sources = new Set<string>();

  constructor(fixes: Iterable<Fixes>) {
    for (const { key, sources } of fixes) {
      this.own.add(nameIn(key.ecosystem, key.name));
      for (const source of sources) this.sources.add(nameIn(key.ecosystem, source));
    }
  }

  has({ ecosystem, name }: AdvisoryKey): boolean {
    return this.own.has(nameIn(ecosystem, name));
  }

  /** As the source of what is fixed, or where the product's fixes go on when its general support has ended. */
  hasElsewhere({ ecosystem, name }: AdvisoryKey): boolean {
    const extended = nameIn(extendedOf(ecosystem), name);
    return this.sources.has(nameIn(ecosystem, name)) || this.own.has(extended) || this.sources.has(extended);
  }
}

/**
 * Where the fixes of a server and its modules go on when its general support has ended: later builds of the same packages, so that who
 * has an earlier fix needs none of these.
 */
function extendedOf(ecosystem: string): string {
  const [, pack] = /^SUSE:Linux Enterprise (?:Server|Module for [\w ]+) (1[25](?: SP\d+)?)$/.exec(ecosystem) ?? [];
  return pack === undefined ? '' : `SUSE:Linux Enterprise Server ${pack}-LTSS`;
}

function nameIn(ecosystem: string, name: string): string {
  return JSON.stringify([ecosystem, name]);
}

/** Products by the name that images show in PRETTY_NAME: `SUSE:Linux Enterprise Server 15 SP6`, `openSUSE:Leap 15.6`. */
function ecosystemOf({ name }: CsafProduct): string | undefined {
  const [, vendor, product] = /^(SUSE|openSUSE) (.+)$/.exec(name) ?? [];
  if (vendor === undefined || product === undefined) return undefined;
  // The same product is written with a blank and with a dash.
  return `${vendor}:${product.replace(/ LTSS$/, '-LTSS')}`;
}

function fixedBuildOf({ name, purl }: CsafProduct): RpmPurl | undefined {
  return purl === undefined ? componentOf(name) : rpmPurl(purl);
}

/**
 * `openssl-3-3.1.4-150600.5.7.1.x86_64`, or a name alone for what is not fixed: there the purl takes the end of the name for a version
 * (`pkg:rpm/suse/libwebkit2gtk@4_0-37` of `libwebkit2gtk-4_0-37`). A release of the build service has a dot.
 */
function componentOf(stated: string): RpmPurl {
  const [, name, version, architecture] =
    /^(.+)-([^-]+-[^-]+?)(?:\.(x86_64|aarch64|s390x|ppc64le|i[3-6]86|noarch|src|nosrc))?$/.exec(stated) ?? [];
  const isVersion = architecture === undefined ? /^\d.*-\w+\./ : /^\d/;
  if (name === undefined || version === undefined || !isVersion.test(version)) return { name: stated };
  return { name, version, ...(architecture !== undefined && { architecture }) };
}

/** `webkit2gtk3` of `...?upstream=webkit2gtk3-2.24.2-3.27.1.src.rpm`. */
function sourceOf({ purl }: CsafProduct): string | undefined {
  const upstream = new URLSearchParams(/\?([^#]*)/.exec(purl ?? '')?.[1] ?? '').get('upstream');
  return /^(.+)-[^-]+-[^-]+\.(?:no)?src\.rpm$/.exec(upstream ?? '')?.[1];
}
