import { zipBytes } from '@tidewaiter/formats';
import { extracted } from '../spec-extraction';
import { javaArchive } from './java-archive';
import { descriptor, jar, manifest } from './spec-jars';

async function read(path: string, bytes: Buffer): Promise<readonly string[]> {
  const { packages, problems } = await extracted(javaArchive, path, bytes);
  return [...packages.map((pkg) => `${pkg.name}@${pkg.version}`), ...problems.map((problem) => problem.code)];
}

const log4j = jar(descriptor('org.apache.logging.log4j', 'log4j-core', '2.14.1'));
const springCore = jar({
  'org/springframework/core/A.class': '',
  ...manifest({ 'Implementation-Title': 'spring-core' }),
});

describe('an archive with Maven descriptors', () => {
  it('is what its descriptor says, with the place of the descriptor', async () => {
    const { packages, problems } = await extracted(javaArchive, 'opt/log4j-core-2.14.1.jar', log4j);
    expect(problems).toEqual([]);
    expect(packages).toEqual([
      {
        name: 'org.apache.logging.log4j:log4j-core',
        version: '2.14.1',
        inside: 'META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties',
      },
    ]);
  });

  it('that is shaded is all of them, each with its place inside (trap 22)', async () => {
    const bytes = jar({
      ...descriptor('org.example', 'shaded', '1.0'),
      ...descriptor('com.google.guava', 'guava', '20.0'),
      ...descriptor('io.netty', 'netty-codec-http', '4.1.0.Final'),
    });
    expect(await read('shaded-1.0.jar', bytes)).toEqual([
      'org.example:shaded@1.0',
      'com.google.guava:guava@20.0',
      'io.netty:netty-codec-http@4.1.0.Final',
    ]);
  });

  it.each([
    'app.jar',
    'libguava-20.0.jar',
    'guava.jar',
    'guava-20.0.jar',
    'guava-20.0-all.jar',
    'com.google.guava_20.0.jar',
  ])('is not listed twice because its file is called %s', async (path) => {
    expect(await read(path, jar(descriptor('com.google.guava', 'guava', '20.0')))).toEqual([
      'com.google.guava:guava@20.0',
    ]);
  });

  it('is listed itself where they only describe what was shaded in', async () => {
    const bytes = jar({ ...descriptor('com.google.guava', 'guava', '20.0'), ...manifest({}) });
    expect(await read('tool-3.1.jar', bytes)).toEqual(['com.google.guava:guava@20.0', 'tool@3.1']);
  });

  it('is not taken for the one library it shaded in when its manifest has another version', async () => {
    const shaded = { ...descriptor('cglib', 'cglib', '3.2.12'), 'com/google/inject/Guice.class': '' };
    expect(await read('guice.jar', jar({ ...shaded, ...manifest({ 'Bundle-Version': '4.2.3' }) }))).toEqual([
      'cglib:cglib@3.2.12',
      'com.google.inject:guice@4.2.3',
    ]);
  });

  it('has neither group nor version of a manifest that is of something shaded in: hadoop-client-runtime 3.3.6', async () => {
    const shaded = {
      ...manifest({
        'Implementation-Title': 'Apache Hadoop shaded Protobuf 3.7',
        'Implementation-Version': '1.1.1',
        'Implementation-Vendor-Id': 'org.apache.hadoop.thirdparty',
      }),
      ...descriptor('org.apache.hadoop.thirdparty', 'hadoop-shaded-protobuf_3_7', '1.1.1'),
      ...descriptor('com.google.re2j', 're2j', '1.1'),
      'org/apache/hadoop/fs/FileSystem.class': '',
    };
    const inside = ['org.apache.hadoop.thirdparty:hadoop-shaded-protobuf_3_7@1.1.1', 'com.google.re2j:re2j@1.1'];
    expect([...(await read('app.jar', jar(shaded)))].sort()).toEqual([...inside, 'app@'].sort());
    const real = jar({ ...shaded, 'org/apache/hadoop/shaded/A.class': '' });
    expect(await read('hadoop-client-runtime-3.3.6.jar', real)).toContain(
      'org.apache.hadoop:hadoop-client-runtime@3.3.6',
    );
    expect([...(await read('app-2.0.jar', jar(shaded)))].sort()).toEqual([...inside, 'app@2.0'].sort());
  });

  it('that was renamed is not listed twice where its manifest has the version as OSGi writes it: guava', async () => {
    const guava = {
      ...manifest({ 'Bundle-SymbolicName': 'com.google.guava', 'Bundle-Version': '33.2.0.jre' }),
      ...descriptor('com.google.guava', 'guava', '33.2.0-jre'),
      'com/google/common/base/Joiner.class': '',
    };
    expect(await read('lib.jar', jar(guava))).toEqual(['com.google.guava:guava@33.2.0-jre']);
  });

  it('takes from pom.xml what properties lack, inherited from the parent and with its properties filled in', async () => {
    const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0"><parent><groupId>org.parent</groupId>
      <artifactId>p</artifactId><version>7</version></parent><artifactId>a-\${flavour}</artifactId>
      <version>\${project.parent.version}.\${minor}</version>
      <properties><minor>1</minor><flavour>x</flavour></properties></project>`;
    expect(await read('a.jar', jar({ 'META-INF/maven/org.parent/a-x/pom.xml': pom }))).toEqual(['org.parent:a-x@7.1']);
    const inherits =
      '<project><parent><groupId>g</groupId><version>2</version></parent><artifactId>a</artifactId></project>';
    const bytes = jar({
      'META-INF/maven/g/a/pom.xml': inherits,
      'META-INF/maven/g/a/pom.properties': 'artifactId=a\n',
    });
    expect(await read('a.jar', bytes)).toEqual(['g:a@2']);
  });

  it('takes the version from the file name where the descriptor has only a variable', async () => {
    const bytes = jar({ 'META-INF/maven/g/a/pom.properties': 'groupId=g\nartifactId=a\nversion=${revision}\n' });
    expect(await read('a-1.2.jar', bytes)).toEqual(['g:a@1.2']);
    expect(await read('b.jar', bytes)).toEqual(['java-descriptor-incomplete']);
  });

  it.each(['${a}', '<b/>', '${project.version}'])(
    'is not led into circles or explosions by a version %s',
    async (value) => {
      const a = '${b}${b}${b}${b}${b}${b}${b}${b}';
      const properties = `<properties><a>${a}</a><b>\${a}</b></properties>`;
      const pom = `<project><groupId>g</groupId><artifactId>a</artifactId><version>${value}</version>${properties}</project>`;
      expect(await read('x.jar', jar({ 'META-INF/maven/g/a/pom.xml': pom }))).toEqual(['java-descriptor-incomplete']);
    },
  );
});

describe('an archive without descriptors', () => {
  it('of a known artifact is named in full when it holds its classes, and not by its name alone (traps 22 and 23)', async () => {
    expect(await read('spring-core-5.3.10.jar', springCore)).toEqual(['org.springframework:spring-core@5.3.10']);
    const agent = jar({ 'com/newrelic/Spring.class': '' });
    expect(await read('spring-3.0.0-1.0.jar', agent)).toEqual(['spring@3.0.0-1.0']);
    expect(await read('spring-core-5.3.10.jar', agent)).toEqual(['spring-core@5.3.10']);
  });

  it.each([
    ['axis-1.4', 'org/apache/axis/AxisEngine', ['axis:axis@1.4']],
    ['batik-bridge-1.7', 'org/apache/batik/bridge/Mark', ['org.apache.xmlgraphics:batik-bridge@1.7']],
    ['itext-2.1.7', 'com/lowagie/text/Chunk', ['com.lowagie:itext@2.1.7']],
    ['jackson-mapper-asl-1.9.13', 'org/codehaus/jackson/map/A', ['org.codehaus.jackson:jackson-mapper-asl@1.9.13']],
    ['jackson-databind-2.9.8', 'com/fasterxml/jackson/databind/A', ['jackson-databind@2.9.8']],
    ['struts-1.2.9', 'org/apache/struts/Globals', ['struts:struts@1.2.9']],
    ['tapestry-core-5.4.0', 'org/apache/tapestry5/Asset', ['org.apache.tapestry:tapestry-core@5.4.0']],
    ['velocity-tools-2.0', 'org/apache/velocity/tools/A', ['org.apache.velocity:velocity-tools@2.0']],
    [
      'apache-cassandra-3.11.4',
      'org/apache/cassandra/db/Keyspace',
      ['org.apache.cassandra:cassandra-all@3.11.4', 'org.apache.cassandra:apache-cassandra@3.11.4'],
    ],
  ])('as %s.jar with %s.class is %j, as it is published', async (stem, path, expected) => {
    expect(await read(`${stem}.jar`, jar({ [`${path}.class`]: '' }))).toEqual(expected);
  });

  it.each([
    [
      'akka-actor_2.12-2.5.0',
      { 'Bundle-SymbolicName': 'com.typesafe.akka.actor' },
      'com.typesafe.akka:akka-actor_2.12',
    ],
    ['spray-json_2.12-1.3.4', { 'Bundle-SymbolicName': 'io.spray.json' }, 'io.spray:spray-json_2.12'],
    ['play_2.12-2.6.0', { 'Implementation-Vendor-Id': 'com.typesafe.play' }, 'com.typesafe.play:play_2.12'],
    ['x_3-1.0', { 'Implementation-Vendor-Id': 'org.example' }, 'org.example:x_3'],
    ['x_4-1.0', { 'Implementation-Vendor-Id': 'org.example' }, 'x_4'],
  ])('%s with %j is %s, as sbt published it', async (stem, attributes, name) => {
    const bytes = jar({ ...manifest(attributes), 'play/A.class': '' });
    expect((await extracted(javaArchive, `${stem}.jar`, bytes)).packages[0]?.name).toBe(name);
  });

  it.each([
    ['com.h2database.h2-1.4.197', {}, ['org/h2/Driver'], 'com.h2database:h2'],
    ['org.apache.kafka.kafka_2.12-2.0.0', {}, ['kafka/server/KafkaServer'], 'org.apache.kafka:kafka_2.12'],
    ['com.mchange.c3p0-0.9.5.2', { 'Implementation-Vendor-Id': 'com.mchange' }, ['com/mchange/A'], 'com.mchange:c3p0'],
    ['io.spray.spray-json_2.12-1.3.4', { 'Bundle-SymbolicName': 'io.spray.json' }, [], 'io.spray:spray-json_2.12'],
    [
      'org.xerial.snappy.snappy-java-1.1.8',
      { 'Implementation-Vendor-Id': 'org.xerial' },
      ['org/xerial/A'],
      'org.xerial.snappy:snappy-java',
    ],
    [
      'org.xerial.snappy.snappy-java-1.1.8',
      {
        'Bundle-SymbolicName': 'org.xerial.snappy.snappy-java',
        'Implementation-Vendor-Id': 'org.xerial.snappy',
      },
      ['org/xerial/snappy/Snappy'],
      'org.xerial.snappy:snappy-java',
    ],
    ['org.scala-lang.scala-library-2.12.8', {}, ['scala/Option'], 'org.scala-lang:scala-library'],
    // A bundle's own name, the classes of another, and no proof at all.
    [
      'org.eclipse.core.runtime-3.7.0',
      { 'Bundle-SymbolicName': 'org.eclipse.core.runtime;singleton:=true' },
      ['org/eclipse/core/A'],
      'org.eclipse.core.runtime',
    ],
    ['com.h2database.h2-1.4.197', {}, ['com/example/A'], 'com.h2database.h2'],
    ['org.example.x-1', {}, ['org/example/A'], 'org.example.x'],
  ])('called %s with %j and %j is %s, as Quarkus and sbt call it', async (stem, attributes, classes, name) => {
    const held = Object.fromEntries(classes.map((path) => [`${path}.class`, '']));
    const bytes = jar({ ...manifest(attributes), ...held });
    expect((await extracted(javaArchive, `${stem}.jar`, bytes)).packages.map((pkg) => pkg.name)).toEqual([name]);
  });

  it.each([
    ['root/.m2/repository/aopalliance/aopalliance/1.0/aopalliance-1.0.jar', 'aopalliance:aopalliance@1.0'],
    ['opt/karaf/system/org/example/log4j-1.2-x/2.0/log4j-1.2-x-2.0-linux.jar', 'org.example:log4j-1.2-x@2.0'],
    ['root/.cache/coursier/v1/https/host/maven2/org/tomlj/tomlj/1.0.0/tomlj-1.0.0.jar', 'org.tomlj:tomlj@1.0.0'],
    [
      'root/.gradle/caches/modules-2/files-2.1/info.picocli/picocli/3.9.5/0123456789abcdef/picocli-3.9.5.jar',
      'info.picocli:picocli@3.9.5',
    ],
    ['srv/repository/org/example/x/1.0/y-1.0.jar', 'y@1.0'],
    ['repository/x/1.0/x-1.0.jar', 'x@1.0'],
    ['srv/org/example/x/1.0/x-1.0.jar', 'x@1.0'],
  ])('at %s is %s: build tools keep archives by their coordinates', async (path, expected) => {
    expect(await read(path, jar({ 'A.class': '' }))).toEqual([expected]);
  });

  it.each([
    ['spring-core', 'org/springframework/core/Ordered.class', 'org.springframework:spring-core@6.1.8'],
    ['other-core', 'org/springframework/core/Ordered.class', 'other-core@6.1.8'],
    ['spring-core', 'org/other/A.class', 'spring-core@6.1.8'],
  ])('that was renamed and is called %s by its manifest, with %s, is %s', async (title, path, expected) => {
    const archive = jar({
      ...manifest({ 'Implementation-Title': title, 'Implementation-Version': '6.1.8' }),
      [path]: '',
    });
    expect(await read('app.jar', archive)).toEqual([expected]);
  });

  it('without classes is known by the module name that its build wrote', async () => {
    const starter = jar(manifest({ 'Automatic-Module-Name': 'spring.boot.starter.web' }));
    expect(await read('spring-boot-starter-web-2.4.1.jar', starter)).toEqual([
      'org.springframework.boot:spring-boot-starter-web@2.4.1',
    ]);
  });

  it('of the Tomcat distribution has the names advisories use (trap 23)', async () => {
    const catalina = jar({
      'org/apache/catalina/startup/Catalina.class': '',
      ...manifest({ 'Implementation-Title': 'Apache Tomcat', 'Implementation-Version': '9.0.50' }),
    });
    expect(await read('usr/local/tomcat/lib/catalina.jar', catalina)).toEqual([
      'org.apache.tomcat:tomcat-catalina@9.0.50',
      'org.apache.tomcat:tomcat@9.0.50',
    ]);
  });

  it('keeps log4j-api and the bridges apart from log4j-core, and shaded guava from guava (traps 20 and 21)', async () => {
    for (const name of [
      'log4j-api',
      'log4j-1.2-api',
      'log4j-over-slf4j',
      'hadoop-shaded-guava',
      'netty-reactive-streams',
    ]) {
      expect(await read(`${name}-2.14.1.jar`, jar({ 'org/A.class': '' }))).toEqual([`${name}@2.14.1`]);
    }
  });

  it.each([
    [
      'jetty-server-9.4.40.v20210413',
      { 'Bundle-SymbolicName': 'org.eclipse.jetty.server' },
      'org.eclipse.jetty:jetty-server',
    ],
    ['snakeyaml-1.26', { 'Bundle-SymbolicName': 'org.yaml.snakeyaml;singleton:=true' }, 'org.yaml:snakeyaml'],
    ['guava-30.0-jre', { 'Bundle-SymbolicName': 'com.google.guava' }, 'com.google.guava:guava'],
    ['x-1', { 'Implementation-Title': 'org.example#x;1' }, 'org.example:x'],
    ['x-1', { 'Implementation-Vendor-Id': 'org.example' }, 'org.example:x'],
    ['x-1', { 'Implementation-Vendor-Id': 'org.apache' }, 'x'],
    ['x-1', { 'Implementation-Vendor-Id': 'com.elsewhere' }, 'x'],
    ['x-1', { 'Implementation-Vendor': 'Example Inc.' }, 'x'],
  ])('%s with %j is %s: a group only where the manifest states it', async (stem, attributes, name) => {
    const bytes = jar({ ...manifest(attributes), 'org/example/A.class': '' });
    expect((await extracted(javaArchive, `${stem}.jar`, bytes)).packages[0]?.name).toBe(name);
  });

  it('has the version of its file, else of its implementation, its bundle, its specification', async () => {
    const stated = { 'Implementation-Version': '26.9.27 (c6ba02c)', 'Specification-Version': '2.0' };
    const bytes = jar({ 'A.class': '', ...manifest(stated) });
    expect(await read('vnu.jar', bytes)).toEqual(['vnu@26.9.27']);
    expect(await read('vnu-27.jar', bytes)).toEqual(['vnu@27']);
    expect(await read('x.jar', jar({ 'A.class': '', ...manifest({ 'Specification-Version': '2.0' }) }))).toEqual([
      'x@2.0',
    ]);
  });

  it('has the version that follows the artifact where ClickHouse writes both, and no artifact for one', async () => {
    const stating = (version: string): Buffer =>
      jar({ 'A.class': '', ...manifest({ 'Implementation-Version': version }) });
    expect(await read('x.jar', stating('client-v2 0.10.0 (revision: 57aacb1)'))).toEqual(['x@0.10.0']);
    expect(await read('x.jar', stating('clickhouse-data 0.11.1 (revision: 3a7dff3)'))).toEqual(['x@0.11.1']);
    expect(await read('x.jar', stating('RELEASE-81 20260101'))).toEqual(['x@RELEASE-81']);
    expect(await read('x.jar', stating('1.2-b03 2010.5'))).toEqual(['x@1.2-b03']);
  });

  it('is not called by the task that built it', async () => {
    const stated = { 'Implementation-Title': 'jar', 'Implementation-Version': '1.85.1' };
    expect(await read('grpc-x.jar', jar({ 'A.class': '', ...manifest(stated) }))).toEqual(['grpc-x@1.85.1']);
  });

  it('of Jenkins is the plugin that its manifest names, and once where Maven built it', async () => {
    const stated = manifest({
      'Group-Id': 'org.jenkins-ci.plugins',
      'Short-Name': 'git',
      'Plugin-Version': '5.3-SNAPSHOT (private-1a2b3c4-me)',
    });
    expect(await read('plugins/git.jpi', jar({ ...stated }))).toEqual(['org.jenkins-ci.plugins:git@5.3-SNAPSHOT']);
    expect(await read('renamed.hpi', jar({ ...stated }))).toEqual(['org.jenkins-ci.plugins:git@5.3-SNAPSHOT']);
    expect(await read('git.jpi', jar({ ...stated, ...descriptor('org.jenkins-ci.plugins', 'git', '5.3') }))).toEqual([
      'org.jenkins-ci.plugins:git@5.3',
    ]);
  });

  it('is listed by its name when it holds code that nothing gives a version', async () => {
    expect(await read('bootstrap.jar', jar({ 'A.class': '' }))).toEqual(['bootstrap@']);
    expect(await read('pictures.jar', jar({ 'a.png': '' }))).toEqual([]);
  });

  it.each(['a-1.0-sources.jar', 'a-1.0-javadoc.jar'])('is nothing when it is %s', async (path) => {
    expect(await read(path, jar({ 'A.java': '' }))).toEqual([]);
  });

  it('with a class of log4j-core that shading left without a version is a problem', async () => {
    const path = 'com/vendor/shaded/org/apache/logging/log4j/core/lookup/JndiLookup.class';
    const { packages, problems } = await extracted(javaArchive, 'vendor-1.0.jar', jar({ [path]: '' }));
    expect(packages.map((pkg) => pkg.name)).toEqual(['vendor']);
    expect(problems).toEqual([
      {
        code: 'java-classes-without-version',
        message: `"vendor-1.0.jar!/org/apache/logging/log4j/core/lookup/JndiLookup.class" is a class of org.apache.logging.log4j:log4j-core, but nothing tells which version; find out what brought it.`,
        path: 'vendor-1.0.jar',
      },
    ]);
    const described = jar({ [path]: '', ...descriptor('org.apache.logging.log4j', 'log4j-core', '2.14.1') });
    expect(await read('log4j-core-2.14.1.jar', described)).toEqual(['org.apache.logging.log4j:log4j-core@2.14.1']);
  });

  it('has the modules that Netty lists, shaded or not', async () => {
    const versions =
      '#Generated\nnetty-common.version=4.1.49.Final\nnetty-common.longCommitHash=1a\nnetty-codec.version=4.1.49.Final\n';
    const bytes = jar({ 'META-INF/io.netty.versions.properties': versions });
    expect(await read('flink-shaded-netty-4.1.49.Final-12.0.jar', bytes)).toEqual([
      'flink-shaded-netty@4.1.49.Final-12.0',
      'io.netty:netty-common@4.1.49.Final',
      'io.netty:netty-codec@4.1.49.Final',
    ]);
  });
});

describe('the descriptor of an archive that was unpacked', () => {
  const path = 'srv/app/META-INF/maven/g/a/pom.properties';

  it.each([
    ['groupId=g\nartifactId=a\nversion=1', ['g:a@1']],
    ['groupId=g\nartifactId=a\nversion=${revision}', ['java-descriptor-incomplete']],
    ['', ['java-descriptor-incomplete']],
  ])('%j is %j', async (text, expected) => {
    expect(await read(path, Buffer.from(text))).toEqual(expected);
  });
});

describe('archives in archives', () => {
  it.each([true, false])('are read, with their path inside (stored: %s)', async (stored) => {
    const war = jar(
      { 'WEB-INF/lib/log4j-core-2.14.1.jar': log4j, 'WEB-INF/lib/spring-core-5.3.10.jar': springCore },
      { stored },
    );
    const ear = jar({ 'shop.war': war }, { stored });
    const { packages, problems } = await extracted(javaArchive, 'srv/shop.EAR', ear);
    expect(problems).toEqual([]);
    expect(packages.map((pkg) => [pkg.name, pkg.inside])).toEqual([
      [
        'org.apache.logging.log4j:log4j-core',
        'shop.war!/WEB-INF/lib/log4j-core-2.14.1.jar!/META-INF/maven/org.apache.logging.log4j/log4j-core/pom.properties',
      ],
      ['org.springframework:spring-core', 'shop.war!/WEB-INF/lib/spring-core-5.3.10.jar'],
    ]);
  });

  it('are read in a Spring Boot application behind a shell script', async () => {
    const bytes = jar(
      {
        ...manifest({
          'Implementation-Title': 'demo',
          'Implementation-Version': '0.1',
          'Main-Class': 'org.springframework.boot.loader.JarLauncher',
        }),
        ...descriptor('com.example', 'demo', '0.1'),
        'BOOT-INF/lib/log4j-core-2.14.1.jar': log4j,
      },
      { stored: true, stub: Buffer.from('#!/bin/bash\nexec java -jar "$0"\nexit 0\n') },
    );
    expect(await read('app.jar', bytes)).toEqual([
      'com.example:demo@0.1',
      'org.apache.logging.log4j:log4j-core@2.14.1',
    ]);
  });

  it('count by the last entry of a name, as for Java', async () => {
    const text = (version: string) => `groupId=g\nartifactId=a\nversion=${version}\n`;
    const name = 'META-INF/maven/g/a/pom.properties';
    const bytes = zipBytes([
      { name, text: text('1') },
      { name, text: text('2') },
    ]);
    expect(await read('a.jar', bytes)).toEqual(['g:a@2']);
  });
});
