import { languageEcosystem, splitAtLastSlash } from './language/language-ecosystem';

/** Lua rocks. No advisories speak of them in OSV. */
export const luarocks = languageEcosystem({
  id: 'luarocks',
  advisoryEcosystem: 'LuaRocks',
  purlType: 'luarocks',
  extractors: ['lua'],
  purl: ({ name, version }) => ({ ...splitAtLastSlash(name.toLowerCase()), version: version.toLowerCase() }),
});
