import { contentUuid } from '../content-id';
import type { ReportContext, ReportFormat, ReportSubject } from '../report-format';
import {
  allFindings,
  imageFacts,
  imagePurl,
  isComplete,
  platformOf,
  problemText,
  problemsOf,
  timestampOf,
} from '../subject';
import { ComponentRefs, osComponent, packageComponent, properties, type Component } from './components';
import { vulnerabilitiesOf } from './vulnerabilities';

/** https://cyclonedx.org/docs/1.6/json/ */
export const cyclonedx: ReportFormat = {
  id: 'cyclonedx',
  of: ['inventory', 'scan'],
  holdsSeveral: false,
  document: ([subject], context) => (subject === undefined ? undefined : documentOf(subject, context)),
};

function documentOf(subject: ReportSubject, context: ReportContext): object {
  const { inventory, report } = subject;
  const refs = new ComponentRefs();
  const image = imageComponent(subject, refs);
  const os = inventory.image.os === undefined ? [] : [osComponent(inventory.image.os, refs)];
  const packages = inventory.packages.map((pkg) => packageComponent(pkg, refs));
  const components = [...os, ...packages];
  const content = {
    metadata: {
      timestamp: timestampOf(subject, context),
      tools: { components: [{ type: 'application', ...context.tool }] },
      component: image,
      properties: problemsOf(subject).map((problem) => ({ name: 'tidewaiter:problem', value: problemText(problem) })),
    },
    components,
    dependencies: [{ ref: image['bom-ref'], dependsOn: components.map((component) => component['bom-ref']) }],
    // Silence about completeness where nothing went wrong: a file that no package owns may still be anything.
    ...(isComplete(subject) ? {} : { compositions: [{ aggregate: 'incomplete', assemblies: [image['bom-ref']] }] }),
    ...(report === undefined ? {} : { vulnerabilities: vulnerabilitiesOf(allFindings(subject), refs) }),
  };
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${contentUuid(content)}`,
    version: 1,
    ...content,
  };
}

function imageComponent(subject: ReportSubject, refs: ComponentRefs): Component {
  const { target, inventory } = subject;
  const { digest, configDigest } = inventory.image;
  const purl = imagePurl(subject);
  const isImage = digest !== undefined || inventory.layers.length > 0;
  return {
    'bom-ref': refs.add(purl ?? `target:${digest ?? target}`),
    type: isImage ? 'container' : 'file',
    name: target,
    ...(digest === undefined ? {} : { version: digest, hashes: hashesOf(digest) }),
    ...(purl === undefined ? {} : { purl }),
    properties: properties([
      ['image:digest', digest],
      ['image:configDigest', configDigest],
      ['image:platform', platformOf(subject)],
      ...imageFacts(inventory).map(([key, value]) => [`image:${key}`, value] as const),
      ...inventory.layers.flatMap((layer): [string, string | undefined][] => [
        [`image:layer:${layer.index}:digest`, layer.digest],
        [`image:layer:${layer.index}:diffId`, layer.diffId],
        [`image:layer:${layer.index}:createdBy`, layer.createdBy],
      ]),
    ]),
  };
}

function hashesOf(digest: string): object[] {
  const [algorithm = '', content] = digest.split(':');
  return [{ alg: algorithm.replace('sha', 'SHA-'), content }];
}
