/** Adds the missing entries to a parsed lock file (version 3) and returns their names. */
export function completeLock(lock) {
  const packages = lock.packages;
  const added = [];
  for (const [location, entry] of Object.entries(packages)) {
    for (const [name, wanted] of Object.entries(entry.optionalDependencies ?? {})) {
      if (isLocked(packages, location, name)) continue;
      if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(wanted)) {
        throw new Error(`${location} wants ${name}@${wanted}: not one exact version, add it with npm`);
      }
      packages[`node_modules/${name}`] = {
        version: wanted,
        ...platformOf(name),
        ...(entry.dev === true && { dev: true }),
        optional: true,
      };
      added.push(name);
    }
  }
  lock.packages = Object.fromEntries(Object.entries(packages).sort(byLocation));
  return added;
}

/** What Node would find from that folder: its own node_modules, then each parent's. */
function isLocked(packages, location, name) {
  for (let folder = location; ;) {
    if (packages[`${folder === '' ? '' : `${folder}/`}node_modules/${name}`] !== undefined) return true;
    if (folder === '') return false;
    const parent = folder.lastIndexOf('/node_modules/');
    folder = parent === -1 ? '' : folder.slice(0, parent);
  }
}

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'sunos', 'win32'];
const processors = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64', 'wasm32'];

/** `@swc/core-linux-arm64-musl` -> os, cpu and libc, so that npm does not fetch it elsewhere. */
function platformOf(name) {
  const words = name.split(/[-/]/);
  const os = words.find((word) => systems.includes(word));
  const cpu = words.find((word) => processors.includes(word));
  const libc = words.some((word) => word.startsWith('musl')) ? 'musl' : 'glibc';
  if (cpu === undefined) return {};
  return {
    cpu: [cpu],
    ...(os === 'linux' && words.some((word) => /^(gnu|musl)/.test(word)) && { libc: [libc] }),
    ...(os !== undefined && { os: [os] }),
  };
}

/** As npm sorts, so that its next write moves nothing. */
function byLocation([a], [b]) {
  return a.localeCompare(b, 'en');
}
