import { z } from 'zod';

const State = z.object({ version: z.string().nullish() });

/** https://github.com/swiftlang/swift-package-manager/blob/main/Documentation/PackageDescription.md */
export const PackageResolved = z.union([
  z.object({ pins: z.array(z.object({ location: z.string(), state: State })) }),
  z.object({ object: z.object({ pins: z.array(z.object({ repositoryURL: z.string(), state: State })) }) }),
]);
