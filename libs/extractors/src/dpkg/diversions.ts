import type { Diversion, Extraction, LayerFile } from '../extractor';
import { linesOf } from '../lines';

/**
 * Three lines for each: the path that packages list, where the file of all but one of them lies, and that one, or `:` where an
 * administrator did it for all. dpkg-divert(1)
 */
export function readDiversions(file: LayerFile): Extraction {
  const lines = [...linesOf(file.bytes.toString('utf8'))];
  const diversions: Diversion[] = [];
  for (let at = 0; at + 2 < lines.length; at += 3) {
    const [from = '', to = '', by = ''] = lines.slice(at, at + 3);
    if (!from.startsWith('/') || !to.startsWith('/') || by === '') return unreadable(file.path);
    diversions.push({ from: from.slice(1), to: to.slice(1), ...(by === ':' ? {} : { by }) });
  }
  if (lines.length % 3 !== 0) return unreadable(file.path);
  return { packages: [], problems: [], ...(diversions.length === 0 ? {} : { diversions }) };
}

function unreadable(path: string): Extraction {
  const message = `"${path}" is not dpkg's list of diversions: the owners of diverted files are not known.`;
  return { packages: [], problems: [{ code: 'dpkg-diversions-unreadable', message, path }] };
}
