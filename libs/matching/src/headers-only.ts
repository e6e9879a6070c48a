import type { Package } from '@tidewaiter/contracts';

/**
 * What compilers need of a kernel to build programs. It is built from the kernel's source and has its version, so it gets
 * every advisory about the kernel, and holds none of the code they are about: a container runs on its host's kernel.
 */
const headers =
  /^(?:linux-libc-dev(?:-.*)?|linux-headers(?:-.*)?|linux-.*-headers-.*|kernel-headers|kernel-[a-z0-9-]*headers|linux-glibc-devel|linux-api-headers)$/;

export function isHeadersOnly({ name }: Package): boolean {
  return headers.test(name);
}
