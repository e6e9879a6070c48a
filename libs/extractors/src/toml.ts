import { parse, TomlError } from 'smol-toml';

/** The value of a TOML document; undefined when it is not TOML. */
export function parseToml(text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof TomlError || error instanceof RangeError) return undefined;
    throw error;
  }
}
