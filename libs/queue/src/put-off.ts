/** For a handler whose work cannot be done before a time that is known: the job waits until then, and loses no attempt. */
export class PutOff extends Error {
  constructor(
    readonly forMs: number,
    why: Error,
  ) {
    super(why.message, { cause: why });
    this.name = 'PutOff';
  }
}
