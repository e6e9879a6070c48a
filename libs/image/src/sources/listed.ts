const most = 20;

/** Names for a message: each once, in order, and of very many the first. An archive may hold fifty thousand images. */
export function listed(names: Iterable<string>): string {
  const all = [...new Set(names)].sort();
  const shown = all.slice(0, most).map((name) => name.slice(0, 256));
  const more = all.length - shown.length;
  return more === 0 ? shown.join(', ') : `${shown.join(', ')} and ${more} more`;
}
