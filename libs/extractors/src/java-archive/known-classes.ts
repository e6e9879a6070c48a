import type { Coordinates } from './coordinates';

/**
 * Classes whose presence matters even where a shaded copy kept no descriptor, and which is then a problem: the version is not
 * known. By the end of the path, because shading puts directories in front.
 */
export const knownClasses: readonly (Pick<Coordinates, 'group' | 'artifact'> & { readonly path: string })[] = [
  {
    path: 'org/apache/logging/log4j/core/lookup/JndiLookup.class',
    group: 'org.apache.logging.log4j',
    artifact: 'log4j-core',
  },
];

/** Netty writes the versions of its modules into every archive, and shading keeps the file: `netty-common.version=4.1.49.Final`. */
export const nettyVersions = 'META-INF/io.netty.versions.properties';
