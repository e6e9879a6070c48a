import { fileIdentityOf, isArchive, stemOf } from './file-name';

/** Names of files on Maven Central, with the coordinates they lie under there. */
describe('fileIdentityOf', () => {
  it.each([
    ['log4j-core-2.14.1', 'log4j-core', '2.14.1', ''],
    ['log4j-1.2-api-2.14.1', 'log4j-1.2-api', '2.14.1', ''],
    ['netty-all-4.1.70.Final', 'netty-all', '4.1.70.Final', ''],
    [
      'netty-transport-native-epoll-4.1.70.Final-linux-x86_64',
      'netty-transport-native-epoll',
      '4.1.70.Final',
      'linux-x86_64',
    ],
    ['flink-shaded-netty-4.1.49.Final-12.0', 'flink-shaded-netty', '4.1.49.Final-12.0', ''],
    ['guava-30.0-jre', 'guava', '30.0-jre', ''],
    ['jetty-server-9.4.40.v20210413', 'jetty-server', '9.4.40.v20210413', ''],
    ['akka-actor_2.13-2.6.0', 'akka-actor_2.13', '2.6.0', ''],
    ['plexus-container-default-1.0-alpha-9-stable-1', 'plexus-container-default', '1.0-alpha-9-stable-1', ''],
    ['aether-util-0.9.0.M2', 'aether-util', '0.9.0.M2', ''],
    ['app-1.0-20200101.123456-1', 'app', '1.0-20200101.123456-1', ''],
    ['zipkin-storage-mysql-v1-2.23.2', 'zipkin-storage-mysql-v1', '2.23.2', ''],
    ['app-1.0-SNAPSHOT', 'app', '1.0-SNAPSHOT', ''],
    ['a-1.0-sources', 'a', '1.0', 'sources'],
  ])('reads %s as %s %s %s', (stem, artifact, version, classifier) => {
    expect(fileIdentityOf(stem)).toEqual({ artifact, version, classifier });
  });

  it.each(['catalina', 'jrt-fs', 'app', '', '-', 'x'.repeat(1_000_000), '-1'.repeat(1_000_000)])(
    'finds no version in %.20s',
    (stem) => {
      expect(fileIdentityOf(stem)).toBeUndefined();
    },
  );
});

describe('an ending', () => {
  it.each([
    ['a/B.JAR', true, 'B'],
    ['shop-1.0.war', true, 'shop-1.0'],
    ['a.jar.txt', false, 'a.jar.txt'],
    ['plugin.jpi', true, 'plugin'],
  ])('of %s: %s', (path, expected, stem) => {
    expect(isArchive(path)).toBe(expected);
    expect(stemOf(path)).toBe(stem);
  });
});
