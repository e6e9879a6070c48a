import { z } from 'zod';

/** By `name version (source)` the programs that were installed of it: https://doc.rust-lang.org/cargo/commands/cargo-install.html */
export const CratesList = z.object({ v1: z.record(z.string(), z.array(z.string())) });
