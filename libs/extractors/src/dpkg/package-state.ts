import type { Stanza } from './control-stanzas';

/**
 * `want flag state`, dpkg(1). What is unpacked is on disk whatever is wanted for it: "deinstall ok installed" is still installed.
 * Distroless images have no such field in status.d, where everything listed is installed.
 */
export function isPresent(stanza: Stanza): boolean {
  const status = stanza.fields.get('status');
  if (status === undefined) return true;
  const state = status.split(/\s+/)[2];
  return state !== 'not-installed' && state !== 'config-files';
}
