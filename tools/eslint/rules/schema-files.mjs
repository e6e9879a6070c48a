const shapes = new Set(['object', 'strictObject', 'looseObject', 'discriminatedUnion']);

/**
 * The shape of data from outside is written down where it can be found: x.schema.ts.
 * @type {import('eslint').Rule.RuleModule}
 */
export const schemaFiles = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { elsewhere: 'Put the shape of outside data into a *.schema.ts file beside this one.' },
  },
  create(context) {
    if (/\.schema\.ts$/.test(context.physicalFilename)) return {};
    return {
      "CallExpression > MemberExpression.callee[object.name='z']"(node) {
        if (shapes.has(node.property.name)) context.report({ node, messageId: 'elsewhere' });
      },
    };
  },
};
