/** `ENOENT`, `Z_DATA_ERROR`: the code of an error of Node's own. By shape, because not every realm shares one Error class. */
export function systemCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
