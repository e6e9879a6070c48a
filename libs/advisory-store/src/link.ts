/**
 * Which payload belongs to which row, as one number: a record lists its keys so, and a key its records. SQL takes it apart with
 * `>> 24` and `& 16777215`; here it is a number beyond 32 bits, which shifts would cut.
 */
export type Link = number;

/** Payloads are numbered within their record, and no document that is read has so many. */
const payloadRoom = 2 ** 24;

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
