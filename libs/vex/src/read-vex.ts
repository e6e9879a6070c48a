import type { VexStatement } from '@tidewaiter/contracts';
import { readCsaf } from './csaf/csaf';
import { readCycloneDx } from './cyclonedx/cyclonedx';
import { readOpenVex } from './openvex/openvex';
import type { VexProblem } from './vex-problem';

/** The statements of a document of any format; undefined when it is of none. */
export function readVex(json: unknown): Iterable<VexStatement | VexProblem> | undefined {
  return readOpenVex(json) ?? readCsaf(json) ?? readCycloneDx(json);
}
