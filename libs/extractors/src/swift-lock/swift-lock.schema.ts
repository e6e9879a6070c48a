import { z } from 'zod';

const version = z.number().optional();
const State = z.object({ version: z.string().nullish() });

/** https://github.com/swiftlang/swift-package-manager/blob/main/Documentation/PackageDescription.md */
export const PackageResolved = z.union([
  z.object({ version, pins: z.array(z.object({ location: z.string(), state: State })) }),
  z.object({ version, object: z.object({ pins: z.array(z.object({ repositoryURL: z.string(), state: State })) }) }),
]);
