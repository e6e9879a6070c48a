import { severities } from '@tidewaiter/contracts';
import { likelyAttacked } from '@tidewaiter/severity';
import { replayTransitions } from './replay';
import { worldPackages } from './world-packages';
import { ListedFindings, ListedHolders, ListedPage, ListedVulnerabilities } from './world.schema';
import type { PushedImage, WorldSite } from './world-site';
import { keyOf, presentImages, type OpenAnew, type WorldState } from './world-state';

/** A finding in the words of one line, whoever says it. */
interface Found {
  readonly packageId: number;
  readonly vulnerability: string;
  readonly text: string;
  readonly state: string;
  readonly severity: string;
  readonly hasFix: boolean;
  readonly exploited: boolean;
  readonly epss: number;
  readonly risk: number;
}

/** Every answer against what is judged from scratch. */
export async function compareWithScratch(site: WorldSite, step: string, anew: WorldState): Promise<void> {
  const open = anew.open.map(inWords).sort(byText);
  const stored = await foundStored(site);
  expect([step, stored.map(({ text }) => text)]).toEqual([step, open.map(({ text }) => text)]);
  const { suppressed } = anew;
  await compareCounts(site, { step, open, suppressed });
  await compareLists(site, step, open);
  await compareReach(site, step, open);
  await compareReplayed(site, { step, open, suppressed });
}

function inWords({ packageId, vulnerability, aliases, ...finding }: OpenAnew): Found {
  const { verdict: state, severity, fixedIn, exploited, epss = -1, risk } = finding;
  const { severitySource, score, reason, fixState, fixChannel, malicious, headersOnly, advisory, also, evidence } =
    finding;
  const text = textOf(packageId, vulnerability, {
    ...{ aliases, state, severity, fixedIn, exploited, severitySource, reason, fixState, fixChannel },
    ...{ malicious: malicious ?? false, headersOnly: headersOnly ?? false, also, evidence },
    ...{ advisory: `${advisory.feed}/${advisory.id}`, score: rounded(score), epss: rounded(epss), risk: rounded(risk) },
  });
  return { packageId, vulnerability, text, state, severity, hasFix: fixedIn !== undefined, exploited, epss, risk };
}

async function foundStored(site: WorldSite): Promise<readonly Found[]> {
  const rows = await site.database.match.findMany({
    where: { closedAt: null },
    include: { vulnerability: true, advisory: true },
  });
  return rows
    .map((row) => {
      const { packageId, vulnerability, state, severity, exploited, epss, risk, malicious, headersOnly, also } = row;
      const { fixedIn, severitySource, reason, fixState, fixChannel, evidence, score } = row;
      const text = textOf(packageId, vulnerability.name, {
        ...{ aliases: vulnerability.aliases, state, severity, fixedIn, exploited, severitySource, reason, fixState },
        ...{ fixChannel, malicious, headersOnly, also, evidence },
        ...{ advisory: `${row.advisory.feed}/${row.advisory.nativeId}`, score: rounded(score) },
        ...{ epss: rounded(epss), risk: rounded(risk) },
      });
      const told = { state, severity, hasFix: fixedIn !== null, exploited, epss, risk };
      return { packageId, vulnerability: vulnerability.name, text, ...told };
    })
    .sort(byText);
}

function textOf(packageId: number, vulnerability: string, fields: Readonly<Record<string, unknown>>): string {
  const named = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `${String(packageId)} ${vulnerability} ${JSON.stringify(named.map(([name, value]) => [name, sorted(value)]))}`;
}

/** With the members of objects in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => [name, sorted(member)]);
}

function rounded(value: number | null | undefined): number | undefined {
  return typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : undefined;
}

function byText(a: Found, b: Found): number {
  return a.text < b.text ? -1 : 1;
}

interface Expected {
  readonly step: string;
  readonly open: readonly Found[];
  readonly suppressed: ReadonlyMap<number, readonly string[]>;
}

interface Counted {
  readonly digest: string;
  readonly packages: number;
  readonly findings: Readonly<Record<string, number>>;
}

/** The list of images, the most dangerous first. */
async function compareCounts(site: WorldSite, { step, open, suppressed }: Expected): Promise<void> {
  const present = await presentImages(site);
  const expected = present.map((image) => countsOf(image, open, suppressed.get(image.id) ?? []));
  const order = [...present.entries()].sort(([a, left], [b, right]) => {
    for (const severity of ['critical', 'high', 'medium', 'low']) {
      const difference = (expected[b]?.findings[severity] ?? 0) - (expected[a]?.findings[severity] ?? 0);
      if (difference !== 0) return difference;
    }
    return right.id - left.id;
  });
  const items = await listed(site, 'images?sort=risk&limit=3');
  const shown = items.map(({ digest, packages, findings }) => ({ digest, packages, findings }));
  expect([step, shown]).toEqual([step, order.map(([index]) => expected[index])]);
  for (const severity of ['critical', 'medium']) {
    const some = await listed(site, `images?sort=risk&limit=2&severity=${severity}`);
    const wanted = order.filter(([index]) => (expected[index]?.findings[severity] ?? 0) > 0);
    expect([step, severity, some.map(({ digest }) => digest)]).toEqual([
      ...[step, severity],
      wanted.map(([, { digest }]) => digest),
    ]);
  }
}

function countsOf({ digest, layers }: PushedImage, open: readonly Found[], suppressed: readonly string[]): Counted {
  const held = new Set(layers.flat());
  const own = open.filter(({ packageId }) => held.has(packageId));
  const counted = own.filter((found) => !suppressed.includes(keyOf(found)));
  const affected = counted.filter(({ state }) => state === 'affected');
  return {
    digest,
    packages: held.size,
    findings: {
      ...Object.fromEntries(
        severities.map((each) => [each, affected.filter(({ severity }) => severity === each).length]),
      ),
      undetermined: counted.length - affected.length,
      fixable: affected.filter(({ hasFix }) => hasFix).length,
      suppressed: own.length - counted.length,
    },
  };
}

/** Findings of all packages, by each order there is, page by page. */
async function compareLists(site: WorldSite, step: string, open: readonly Found[]): Promise<void> {
  const ranks = { risk: 'risk', epss: 'epss' } as const;
  const wanted = open.map((found) => `${found.vulnerability} ${purlOf(site, found.packageId)}`).sort();
  for (const sort of ['risk', 'epss', 'severity', 'opened'] as const) {
    const items = await listed(site, `findings?sort=${sort}&limit=7`);
    const findings = ListedFindings.parse(items);
    expect([step, sort, findings.map((item) => `${item.vulnerability.id} ${item.package.purl}`).sort()]).toEqual([
      ...[step, sort],
      wanted,
    ]);
    const places = findings.map((item) => {
      if (sort === 'severity') return -severities.findIndex((severity) => severity === item.severity);
      return sort === 'opened' ? Date.parse(item.openedAt) : (item[ranks[sort]] ?? -1);
    });
    expect([step, sort, places]).toEqual([step, sort, places.toSorted((a, b) => b - a)]);
  }
}

/** Who has it: for each vulnerability the images that some registry has, and how many packages. */
async function compareReach(site: WorldSite, step: string, open: readonly Found[]): Promise<void> {
  const present = await presentImages(site);
  const byName = Map.groupBy(open, ({ vulnerability }) => vulnerability);
  const listedNow = ListedVulnerabilities.parse(await listed(site, 'vulnerabilities?limit=5'));
  const reach = [...byName].map(([id, found]) => {
    const packages = found.map(({ packageId }) => packageId);
    const images = present.filter(({ layers }) => layers.flat().some((each) => packages.includes(each)));
    return { id, packages: packages.length, images: images.map(({ digest }) => digest).sort() };
  });
  const byId = (a: { readonly id: string }, b: { readonly id: string }) => (a.id < b.id ? -1 : 1);
  expect([step, listedNow.map(({ id, packages, images }) => ({ id, packages, images })).sort(byId)]).toEqual([
    step,
    reach.map((each) => ({ ...each, images: each.images.length })).sort(byId),
  ]);
  for (const { id, images } of reach) {
    const items = ListedHolders.parse(await listed(site, `vulnerabilities/${id}/images?limit=3`));
    expect([step, id, items.map(({ image }) => image.digest).sort()]).toEqual([step, id, images]);
  }
}

/** What is open is what transitions tell, each of which can have happened. */
async function compareReplayed(site: WorldSite, { step, open, suppressed }: Expected): Promise<void> {
  const { open: told, impossible } = await replayTransitions(site.database);
  expect([step, impossible]).toEqual([step, []]);
  const images = [...site.images.keys()];
  const linesOf = (found: ReadonlyMap<string, object>) =>
    [...found].map(([key, fields]) => `${key} ${JSON.stringify(fields)}`).sort();
  const wanted = open.map((found) => {
    const before = told.get(keyOf(found));
    return [
      keyOf(found),
      {
        ...{ state: found.state, severity: found.severity, hasFix: found.hasFix },
        ...{ exploited: before?.exploited === undefined ? null : found.exploited },
        ...{ likely: before?.likely === undefined ? null : found.epss >= likelyAttacked },
        suppressedIn: images.filter((id) => suppressed.get(id)?.includes(keyOf(found))),
      },
    ] as const;
  });
  const shown = [...told].map(
    ([key, { state, severity, hasFix, exploited, likely, suppressedIn: of }]) =>
      [
        key,
        {
          ...{ state, severity, hasFix, exploited: exploited ?? null, likely: likely ?? null },
          suppressedIn: of.filter((id) => site.images.has(id)),
        },
      ] as const,
  );
  expect([step, linesOf(new Map(shown))]).toEqual([step, linesOf(new Map(wanted))]);
}

function purlOf(site: WorldSite, packageId: number): string {
  return worldPackages[site.packageIds.indexOf(packageId)]?.package.purl ?? '';
}

/** Every page of a list. */
export async function listed(site: WorldSite, path: string) {
  const items: ListedPage['items'] = [];
  for (let cursor = ''; ;) {
    const answer = await site.api.get(`/api/v1/${path}${cursor}`);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.body}`);
    const page = ListedPage.parse(answer.json());
    items.push(...page.items);
    if (page.next === null) return items;
    cursor = `&cursor=${page.next}`;
  }
}
