/** A stream that cannot be decompressed. `code` becomes the problem's code. */
export class CompressionFault extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
