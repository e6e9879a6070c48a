/**
 * @typedef {{ ecosystem: string, name: string, version: string, ids: string[], isUndetermined: boolean }} Finding
 */

/**
 * What a report of `tidewaiter scan --format json` finds, by what was compared: of a binary package its source.
 * @param {any} report
 * @returns {Finding[]}
 */
export function oursOf({ findings }) {
  return findings.map(({ vulnerability, package: pkg, verdict, advisory, also, evidence }) => ({
    ecosystem: ecosystemOf(pkg.ecosystem),
    name: folded(pkg.ecosystem, evidence?.name ?? pkg.name),
    version: plain(evidence?.version ?? pkg.version),
    ids: [vulnerability.id, ...vulnerability.aliases, advisory.id, ...(also ?? []).map(({ id }) => id)],
    isUndetermined: verdict !== 'affected',
  }));
}

/**
 * @param {any} report of `osv-scanner --format json`
 * @returns {Finding[]}
 */
export function theirsOf({ results }) {
  return (results ?? []).flatMap(({ packages }) =>
    packages.flatMap(({ package: pkg, groups = [] }) =>
      groups.map(({ ids, aliases }) => ({
        ecosystem: ecosystemOf(pkg.ecosystem),
        name: folded(pkg.ecosystem, pkg.name),
        version: plain(pkg.version),
        ids: [...ids, ...(aliases ?? [])],
        isUndetermined: false,
      })),
    ),
  );
}

/**
 * By ecosystem. A finding is a package, a version and a vulnerability, by whichever of its ids.
 * @param {readonly Finding[]} ours
 * @param {readonly Finding[]} theirs
 */
export function comparedFindings(ours, theirs) {
  const nameOf = namesOfGroups([...ours, ...theirs].map(({ ids }) => ids));
  const text = ({ name, version, ids }) => `${name} ${version} ${nameOf(ids[0])}`;
  return [...new Set([...ours, ...theirs].map(({ ecosystem }) => ecosystem))].sort().map((ecosystem) => {
    const isHere = (/** @type {Finding} */ finding) => finding.ecosystem === ecosystem;
    const open = new Set(ours.filter((one) => isHere(one) && one.isUndetermined).map(text));
    const found = new Set(ours.filter((one) => isHere(one) && !one.isUndetermined).map(text));
    const reported = new Set(theirs.filter(isHere).map(text));
    return {
      ecosystem,
      both: [...found].filter((one) => reported.has(one)).length,
      onlyOurs: [...found].filter((one) => !reported.has(one)).sort(),
      onlyTheirs: [...reported].filter((one) => !found.has(one) && !open.has(one)).sort(),
      undetermined: open.size,
    };
  });
}

/** @param {string} ecosystem `Debian:12`, `PyPI` */
function ecosystemOf(ecosystem) {
  return ecosystem.split(':', 1)[0];
}

/** Go's tags begin with a letter that OSV's records leave out. @param {string} version */
function plain(version) {
  return version.replace(/^v(?=\d)/, '');
}

/** @param {string} ecosystem @param {string} name */
function folded(ecosystem, name) {
  return ecosystem === 'PyPI' ? name.toLowerCase().replaceAll(/[-_.]+/g, '-') : name.toLowerCase();
}

/**
 * One name for all ids that belong together: the first of them in order.
 * @param {readonly (readonly string[])[]} groups
 * @returns {(id: string) => string}
 */
function namesOfGroups(groups) {
  /** @type {Map<string, string>} */
  const parents = new Map();
  const rootOf = (id) => {
    let root = id;
    for (let next = parents.get(root); next !== undefined; next = parents.get(root)) root = next;
    return root;
  };
  for (const [first, ...rest] of groups) {
    for (const id of rest) {
      const [low, high] = [rootOf(first), rootOf(id)].sort();
      if (low !== high) parents.set(high, low);
    }
  }
  return rootOf;
}
