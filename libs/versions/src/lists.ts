import type { Order } from './version-scheme';

/** Item by item; of two lists that agree as far as the shorter goes, the shorter is the lesser. */
export function compareLists<T>(a: readonly T[], b: readonly T[], compareItems: (a: T, b: T) => Order): Order {
  for (let i = 0; ; i++) {
    const left = a[i];
    const right = b[i];
    if (left === undefined || right === undefined) {
      if (left === right) return 0;
      return left === undefined ? -1 : 1;
    }
    const order = compareItems(left, right);
    if (order !== 0) return order;
  }
}
