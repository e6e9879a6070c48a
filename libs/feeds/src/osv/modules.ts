import type { Advisory, AffectedPackage, RangeEvent } from '@tidewaiter/contracts';

const enterpriseLinux = /^(?:RH|AL|RL|RX)[SBE]A-/;

/**
 * Errata of Red Hat and of those who rebuild its modules say the stream in the title alone: `Important: nodejs:18 security update`.
 * What was built for a stream says so in its release, but not for which. Where the title names two ("virt:rhel and
 * virt-devel:rhel") nobody can tell which build is of which, so a build of any stream is asked.
 */
export function withModules(advisory: Advisory): Advisory {
  if (!enterpriseLinux.test(advisory.id)) return advisory;
  const [module, ...others] = streamsIn(advisory.summary ?? '');
  const only = others.length === 0 ? module : undefined;
  return { ...advisory, affected: advisory.affected.map((affected) => withModule(affected, only)) };
}

function streamsIn(title: string): readonly string[] {
  return title.split(/[\s,/]/).filter((word) => /^[A-Za-z0-9._+-]{1,64}:[A-Za-z0-9._+-]{1,64}$/.test(word));
}

function withModule(affected: AffectedPackage, module: string | undefined): AffectedPackage {
  const isBuiltForOne = affected.ranges.some(({ events }) => events.some(isOfModule));
  if (!isBuiltForOne) return { ...affected, module: '' };
  return module === undefined ? affected : { ...affected, module };
}

function isOfModule(event: RangeEvent): boolean {
  for (const version of Object.values(event)) if (version.includes('.module')) return true;
  return false;
}
