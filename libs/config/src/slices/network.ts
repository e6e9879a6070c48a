import { defineSlice, optional } from '../slice';
import { text, urlOf } from '../value';

export interface NetworkConfig {
  /** The variables as `http.setGlobalProxyFromEnv` reads them; undefined where no proxy is named. */
  readonly proxies: Readonly<Record<string, string>> | undefined;
}

const proxy = urlOf(['http:', 'https:']);

export const networkConfig = defineSlice({
  title: 'Network',
  doc: 'How registries, feeds and receivers of alerts are reached. Every process and the command line heed it.',
  settings: {
    httpsProxy: optional('HTTPS_PROXY', proxy, {
      doc: 'The proxy for https:// addresses; in lower case it counts too.',
      secret: true,
    }),
    httpProxy: optional('HTTP_PROXY', proxy, {
      doc: 'The proxy for http:// addresses; in lower case it counts too.',
      secret: true,
    }),
    noProxy: optional('NO_PROXY', text(), {
      doc: 'Hosts that are reached directly, separated by commas: `.example.com` and `*.example.com` are every host below.',
    }),
    extraCertificates: optional('NODE_EXTRA_CA_CERTS', text(), {
      doc: 'A file of certificates (PEM) of authorities that are trusted besides the usual ones. Node.js itself reads it.',
    }),
  },
  finish: ({ httpsProxy, httpProxy, noProxy, extraCertificates }, { env, report, readFile }): NetworkConfig => {
    if (extraCertificates !== undefined) checkCertificates(extraCertificates, readFile, report);
    const found = {
      HTTPS_PROXY: httpsProxy ?? env.https_proxy,
      HTTP_PROXY: httpProxy ?? env.http_proxy,
      NO_PROXY: noProxy ?? env.no_proxy,
    };
    const proxies = Object.fromEntries(
      Object.entries(found).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ''),
    );
    return { proxies: 'HTTPS_PROXY' in proxies || 'HTTP_PROXY' in proxies ? proxies : undefined };
  },
});

/** Node only warns of a file it cannot read, and every connection fails later. */
function checkCertificates(
  path: string,
  readFile: (path: string) => string,
  report: (problem: { where: string; message: string }) => void,
): void {
  const where = 'NODE_EXTRA_CA_CERTS';
  try {
    if (!readFile(path).includes('-----BEGIN CERTIFICATE-----'))
      report({ where, message: `${path} holds no certificate` });
  } catch {
    report({ where, message: `${path} cannot be read` });
  }
}
