import { err, ok, type Result } from '@tidewaiter/kit';
import { PageSet } from '../page-set';
import { headerBytes, type SqlitePages } from './pages';
import { Varints } from './record';

export interface TreeCell {
  readonly rowId: number;
  readonly payload: Buffer;
}

interface Visit {
  readonly page: number;
  readonly depth: number;
}

interface TreePage {
  readonly bytes: Buffer;
  readonly isLeaf: boolean;
  /** Where each cell begins. */
  readonly cells: readonly number[];
  readonly rightChild: number;
}

/** As SQLite's own limit: twenty levels hold more than any file system does. */
const maxDepth = 20;

/**
 * The rows of a table b-tree in the order of their ids: https://sqlite.org/fileformat2.html#b_tree_pages. A damaged page is an
 * error of its own and the rest is read; no page is read twice, so that the work is bounded by the size of the file.
 */
export function* readTable(pages: SqlitePages, rootPage: number): Generator<Result<TreeCell, string>> {
  const taken = new TakenPages(pages);
  const visits: Visit[] = [{ page: rootPage, depth: 1 }];
  for (let visit = visits.pop(); visit !== undefined; visit = visits.pop()) {
    const { page: number, depth } = visit;
    const page = depth <= maxDepth && taken.take(number) ? openTreePage(pages, number) : undefined;
    if (page === undefined) {
      yield err(`has a damaged page ${number}`);
    } else if (page.isLeaf) {
      yield* readLeaf(pages, page, taken, number);
    } else {
      visits.push({ page: page.rightChild, depth: depth + 1 });
      for (const cell of page.cells.toReversed()) {
        visits.push({ page: page.bytes.readUInt32BE(cell), depth: depth + 1 });
      }
    }
  }
}

class TakenPages {
  readonly #places: PageSet;

  constructor(private readonly pages: SqlitePages) {
    this.#places = new PageSet(pages.places);
  }

  take(page: number): boolean {
    const place = this.pages.placeOf(page);
    return place !== undefined && this.#places.take(place);
  }
}

const tableLeaf = 0x0d;
const tableInterior = 0x05;

function openTreePage(pages: SqlitePages, number: number): TreePage | undefined {
  const bytes = pages.page(number)?.subarray(0, pages.usableBytes);
  const at = number === 1 ? headerBytes : 0;
  const type = bytes?.[at];
  if (bytes === undefined || (type !== tableLeaf && type !== tableInterior)) return undefined;
  const isLeaf = type === tableLeaf;
  const pointersAt = at + (isLeaf ? 8 : 12);
  const cellsAt = pointersAt + 2 * bytes.readUInt16BE(at + 3);
  if (cellsAt > bytes.length) return undefined;
  const cells: number[] = [];
  for (let pointer = pointersAt; pointer < cellsAt; pointer += 2) {
    const cell = bytes.readUInt16BE(pointer);
    if (cell < cellsAt || cell + 4 > bytes.length) return undefined;
    cells.push(cell);
  }
  return { bytes, isLeaf, cells, rightChild: isLeaf ? 0 : bytes.readUInt32BE(at + 8) };
}

function* readLeaf(
  pages: SqlitePages,
  page: TreePage,
  taken: TakenPages,
  number: number,
): Generator<Result<TreeCell, string>> {
  let cellBytes = 0;
  for (const cell of page.cells) {
    const varints = new Varints(page.bytes, cell);
    const payloadBytes = varints.next();
    const rowId = varints.next();
    const inPage = localBytes(payloadBytes, pages.usableBytes);
    const end = varints.at + inPage;
    cellBytes += end - cell;
    // Cells do not share bytes; pointers that say so would make a small file give endless rows.
    if (!(end <= page.bytes.length && payloadBytes >= 0 && cellBytes <= page.bytes.length)) {
      yield err(`has damaged rows in page ${number}`);
      return;
    }
    const local = page.bytes.subarray(varints.at, end);
    const payload =
      inPage === payloadBytes ? local : readOverflow(pages, { local, end, payloadBytes, page: page.bytes }, taken);
    yield payload === undefined ? err(`has a damaged row ${rowId} in page ${number}`) : ok({ rowId, payload });
  }
}

/** How much of a payload lies in the leaf itself: https://sqlite.org/fileformat2.html#cell_payload_overflow_pages */
function localBytes(payloadBytes: number, usableBytes: number): number {
  const most = usableBytes - 35;
  if (payloadBytes <= most) return payloadBytes;
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const fitting = least + ((payloadBytes - least) % (usableBytes - 4));
  return fitting <= most ? fitting : least;
}

function readOverflow(
  pages: SqlitePages,
  cell: { readonly local: Buffer; readonly end: number; readonly payloadBytes: number; readonly page: Buffer },
  taken: TakenPages,
): Buffer | undefined {
  if (cell.end + 4 > cell.page.length) return undefined;
  const parts = [cell.local];
  let missing = cell.payloadBytes - cell.local.length;
  for (let next = cell.page.readUInt32BE(cell.end); missing > 0;) {
    const page = taken.take(next) ? pages.page(next) : undefined;
    if (page === undefined) return undefined;
    const part = page.subarray(4, Math.min(pages.usableBytes, 4 + missing));
    parts.push(part);
    missing -= part.length;
    next = page.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}
