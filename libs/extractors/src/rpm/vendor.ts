/** How the vendors of distros begin to write themselves; those of one distro stand together. */
const distroVendors: readonly (readonly string[])[] = [
  ['Amazon Linux', 'Amazon.com'],
  ['CentOS'],
  ['Fedora Project'],
  ['Oracle America'],
  ['Red Hat'],
  ['AlmaLinux', 'CloudLinux'],
  ['VMware'],
  ['SUSE', 'openSUSE'],
  ['Microsoft Corporation'],
  ['Rocky'],
];

/** The first name of the distro whose vendor it is, `undefined` for a third party's. */
export function distroVendorOf(vendor: string | undefined, release: string): string | undefined {
  if (vendor === undefined || vendor === '' || vendor === '(none)') {
    // Some of Amazon's packages have no vendor; their releases tell.
    return release.includes('amzn') ? 'Amazon Linux' : undefined;
  }
  // Fedora's place where anybody may build.
  if (/\bcopr\b/i.test(vendor)) return undefined;
  return distroVendors.find((names) => names.some((name) => vendor.startsWith(name)))?.[0];
}
