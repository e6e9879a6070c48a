import path from 'node:path';

const forbidden = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'base']);

/**
 * kebab-case, and no name that says nothing: such a file collects whatever has no home.
 * @type {import('eslint').Rule.RuleModule}
 */
export const fileNames = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      saysNothing: '"{{word}}" in {{name}} says nothing: name the file after what is in it.',
      notKebabCase: '{{name}} is not in kebab-case.',
    },
  },
  create(context) {
    return {
      Program(node) {
        const name = path.basename(context.physicalFilename);
        const folder = path.basename(path.dirname(context.physicalFilename));
        if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)+$/.test(name)) {
          context.report({ node, messageId: 'notKebabCase', data: { name } });
        }
        const words = [...name.split(/[.-]/), ...(forbidden.has(folder) ? [folder] : [])];
        const word = words.find((candidate) => forbidden.has(candidate));
        if (word !== undefined)
          context.report({ node, messageId: 'saysNothing', data: { word, name: `${folder}/${name}` } });
      },
    };
  },
};
