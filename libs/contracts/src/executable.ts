import { z } from 'zod';

/** `other`: what is no program by its first bytes and is listed for its setuid or setgid bit. */
const executableKinds = ['elf', 'pe', 'macho', 'script', 'other'] as const;

/** A file that can run, or that programs load as code, as its layer has it. */
export const Executable = z.object({
  /** Without a leading slash. */
  path: z.string(),
  kind: z.enum(executableKinds),
  /** Permission bits with setuid (0o4000), setgid (0o2000) and sticky. */
  mode: z.number().int(),
  sizeBytes: z.number().int(),
  /** Of the content, hex. */
  sha256: z.string(),
  /** ELF build id, hex. https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html */
  buildId: z.string().exactOptional(),
  /** What runs a script: the path after `#!`. */
  interpreter: z.string().exactOptional(),
});
export type Executable = z.infer<typeof Executable>;

/**
 * How much is known of a program: `owned` by a package of the inventory, `recognised` because the packages in it could be read from
 * its bytes, `unknown`: nothing can be said about it.
 */
export const Standing = z.enum(['owned', 'recognised', 'unknown']);
export type Standing = z.infer<typeof Standing>;

/** An executable of the merged image. */
export const InventoryExecutable = Executable.extend({
  standing: Standing,
  /** purl of the package that brought it. */
  ownedBy: z.string().optional(),
  /** Index of the layer it came with. */
  layer: z.number().int().optional(),
});
export type InventoryExecutable = z.infer<typeof InventoryExecutable>;

/** How far the inventory can be trusted to name what runs in the image. */
export const Assessability = z.object({
  /** Owned and recognised executables of all executables, 0 to 1, rounded down to hundredths; null where nothing can run. */
  score: z.number().nullable(),
  owned: z.number().int(),
  recognised: z.number().int(),
  unknown: z.number().int(),
});
export type Assessability = z.infer<typeof Assessability>;

/** Where nothing was read that could run. */
export const nothingToAssess: Assessability = { score: null, owned: 0, recognised: 0, unknown: 0 };
