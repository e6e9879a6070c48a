/** Why a stream is not inflated to its end; the message continues a sentence that begins with its name. */
export class DeflateFault extends Error {
  constructor(
    readonly code: 'deflate-truncated' | 'deflate-invalid',
    message: string,
  ) {
    super(message);
  }
}
