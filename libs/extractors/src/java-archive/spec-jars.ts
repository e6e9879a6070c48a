import { zipBytes, type EntryPlan } from '@tidewaiter/formats';

/** For specs: an archive of named texts and of other archives; `stored` where the inner ones are not compressed. */
export function jar(
  entries: Readonly<Record<string, string | Buffer>>,
  options: { readonly stored?: boolean; readonly stub?: Buffer } = {},
): Buffer {
  const plans = Object.entries(entries).map(([name, content]): EntryPlan => ({
    name,
    text: content.toString('latin1'),
    encoding: 'latin1',
    ...(options.stored === undefined ? {} : { stored: options.stored }),
  }));
  return zipBytes(plans, options.stub === undefined ? {} : { stub: options.stub });
}

export function descriptor(group: string, artifact: string, version: string): Record<string, string> {
  return {
    [`META-INF/maven/${group}/${artifact}/pom.properties`]: `#Created by Apache Maven\ngroupId=${group}\nartifactId=${artifact}\nversion=${version}\n`,
  };
}

export function manifest(attributes: Readonly<Record<string, string>>): Record<string, string> {
  const lines = Object.entries({ 'Manifest-Version': '1.0', ...attributes }).map(
    ([key, value]) => `${key}: ${value}\r\n`,
  );
  return { 'META-INF/MANIFEST.MF': `${lines.join('')}\r\n` };
}
