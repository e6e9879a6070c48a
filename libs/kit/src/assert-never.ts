/** Makes a switch over a union exhaustive: adding a member without handling it does not compile. */
export function assertNever(value: never): never {
  throw new Error(`unhandled case: ${JSON.stringify(value)}`);
}
