/** A statement that cannot be used, or what is wrong with a document. The message continues a sentence about it. */
export interface VexProblem {
  readonly code: string;
  readonly message: string;
}

export function isVexProblem(item: object): item is VexProblem {
  return 'code' in item;
}
