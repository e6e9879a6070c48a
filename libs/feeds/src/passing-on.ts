import { feeds } from './registry';

/**
 * Whether a record may be given to another installation. Chainguard's (`CGA-...`), of Wolfi too, are under CC BY-NC-ND 4.0
 * wherever they are collected.
 */
export function mayBePassedOn({ feed, id }: { readonly feed: string; readonly id: string }): boolean {
  return !id.startsWith('CGA-') && feeds.find((candidate) => candidate.id === feed)?.isNotPassedOn !== true;
}
