import type { FeedProblem } from '../feed';
import type { NvdPage } from './record.schema';

/**
 * Whether the pages of a part are all of their list. A yearly file is a list of its own, and says that it has all of it;
 * pages of the API are pieces of one list, which grows while somebody reads it.
 */
export class PageCount {
  private records = 0;
  private total = 0;

  constructor(private readonly part: string) {}

  add({ startIndex = 0, totalResults = 0 }: NvdPage, records: number): void {
    const isWhole = startIndex === 0 && records >= totalResults;
    if (isWhole) return;
    this.records += records;
    this.total = Math.max(this.total, totalResults);
  }

  *problems(): Generator<FeedProblem> {
    const { part, records, total } = this;
    if (records >= total) return;
    const message = `${part} has pages with ${String(records)} of ${String(total)} records; give it the other pages, or the yearly files`;
    yield { code: 'nvd-pages-missing', message, part, path: part, fatal: true };
  }
}
