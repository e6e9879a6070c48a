import { extracted } from '../spec-extraction';
import { javaLock } from './java-lock';

async function read(path: string, content: string): Promise<readonly string[]> {
  const { packages, problems } = await extracted(javaLock, path, content);
  return [...packages.map((pkg) => `${pkg.name}@${pkg.version}`), ...problems.map((problem) => problem.code)];
}

describe('a lock file of Gradle', () => {
  const content = `# This is a Gradle generated file for dependency locking.
# Manual edits can break the build and are not advised.
com.google.guava:guava:30.0-jre=compileClasspath,runtimeClasspath\r
org.yaml:snakeyaml:1.26=runtimeClasspath
empty=annotationProcessor
`;

  it.each([
    'app/gradle.lockfile',
    'buildscript-gradle.lockfile',
    'settings-gradle.lockfile',
    'gradle/dependency-locks/compile.lockfile',
  ])('%s has the locked versions', async (path) => {
    expect(await read(path, content)).toEqual(['com.google.guava:guava@30.0-jre', 'org.yaml:snakeyaml@1.26']);
  });

  it('says so when lines are something else', async () => {
    expect(await read('gradle.lockfile', 'a:b:1=x\nnot a lock\na:b\na:b:c:d=x\n')).toEqual([
      'a:b@1',
      'lock-entry-invalid',
    ]);
  });
});

describe('a lock file of sbt', () => {
  it('has its modules', async () => {
    const module = {
      org: 'com.typesafe.akka',
      name: 'akka-actor_2.13',
      version: '2.6.0',
      artifacts: [],
      configurations: [],
    };
    const content = JSON.stringify({ lockVersion: 1, timestamp: '', configurations: [], modules: [module] });
    expect(await read('build.sbt.lock', content)).toEqual(['com.typesafe.akka:akka-actor_2.13@2.6.0']);
  });

  it.each(['', '{}', '{"lockVersion":2,"modules":[]}'])('that is %j is a problem', async (content) => {
    expect(await read('build.sbt.lock', content)).toEqual(['lock-unreadable']);
  });
});

describe('a pom.xml', () => {
  function dependency(artifact: string, more: string): string {
    return `<dependency><groupId>g</groupId><artifactId>${artifact}</artifactId>${more}</dependency>`;
  }

  it('has its own coordinates and the dependencies whose version it states', async () => {
    const content = `<?xml version="1.0" encoding="UTF-8"?>
      <project xmlns="http://maven.apache.org/POM/4.0.0">
        <parent><groupId>org.parent</groupId><artifactId>parent</artifactId><version>3</version></parent>
        <artifactId>app</artifactId>
        <properties><b.version>2.0</b.version></properties>
        <dependencyManagement><dependencies>
          ${dependency('managed', '<version>4.0</version>')}
          ${dependency('bom', '<version>9</version><type>pom</type><scope>import</scope>')}
        </dependencies></dependencyManagement>
        <dependencies>
          ${dependency('literal', '<version>1.0</version>')}
          ${dependency('property', '<version>${b.version}</version>')}
          ${dependency('exact', '<version>[1.5]</version>')}
          ${dependency('sibling', '<version>${project.version}</version>')}
          ${dependency('managed', '')}
          ${dependency('inherited', '')}
          ${dependency('elsewhere', '<version>${unknown}</version>')}
          ${dependency('range', '<version>[1.0,2.0)</version>')}
          ${dependency('tests', '<version>1.0</version><scope>test</scope>')}
        </dependencies>
      </project>`;
    expect(await read('src/pom.xml', content)).toEqual([
      'org.parent:app@3',
      'g:literal@1.0',
      'g:property@2.0',
      'g:exact@1.5',
      'g:sibling@3',
      'g:managed@4.0',
    ]);
  });

  it.each(['', '<project>', '<other/>', '<a>'.repeat(1000)])('that is %.20j is a problem', async (content) => {
    expect(await read('pom.xml', content)).toEqual(['lock-unreadable']);
  });

  it('that only names a parent has nothing to say', async () => {
    expect(await read('pom.xml', '<project><artifactId>a</artifactId></project>')).toEqual([]);
  });
});
