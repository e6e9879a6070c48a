const mocks = new Set(['mock', 'unstable_mockModule', 'doMock', 'setMock', 'createMockFromModule']);

/**
 * What a piece of code needs is passed in; a replaced module tests the replacement.
 * @type {import('eslint').Rule.RuleModule}
 */
export const noModuleMocks = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { mocked: 'jest.{{name}} replaces a module: pass the dependency in instead.' },
  },
  create(context) {
    return {
      "MemberExpression[object.name='jest']"(node) {
        const name = node.property.name ?? node.property.value;
        if (mocks.has(name)) context.report({ node, messageId: 'mocked', data: { name } });
      },
    };
  },
};
