/**
 * Which payload belongs to which row, as one number: a record lists its keys so, and a key its records. It has more than 32 bits,
 * which shifts would cut here; SQL's do not.
 */
export type Link = number;

/** Payloads are numbered within their record, and no document that is read has so many. */
const payloadBits = 24;
const payloadRoom = 2 ** payloadBits;

/** SQL: the parts of a row `link` of `json_each` over a list of links. */
export const linkSql = {
  rowId: `link.value >> ${payloadBits}`,
  payloadNumber: `link.value & ${payloadRoom - 1}`,
} as const;

export function linkOf(rowId: number, payloadNumber: number): Link {
  return rowId * payloadRoom + payloadNumber;
}

export function rowIdOf(link: Link): number {
  return Math.floor(link / payloadRoom);
}

export function payloadNumberOf(link: Link): number {
  return link % payloadRoom;
}

export function linksText(links: readonly Link[] | Float64Array): string {
  return `[${links.join()}]`;
}

/** Written by `linksText` of the same schema version. */
export function readLinks(text: string): readonly Link[] {
  return JSON.parse(text) as Link[];
}
