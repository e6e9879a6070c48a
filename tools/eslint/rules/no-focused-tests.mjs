const tests = new Set(['it', 'test', 'describe']);
const focused = new Set(['fit', 'fdescribe']);

/**
 * A focused test silences all others of its file.
 * @type {import('eslint').Rule.RuleModule}
 */
export const noFocusedTests = {
  meta: { type: 'problem', schema: [], messages: { focused: 'This silences every other test of the file.' } },
  create(context) {
    return {
      MemberExpression(node) {
        const name = node.property.name ?? node.property.value;
        if (name === 'only' && tests.has(node.object.name)) context.report({ node, messageId: 'focused' });
      },
      CallExpression(node) {
        if (focused.has(node.callee.name)) context.report({ node, messageId: 'focused' });
      },
    };
  },
};
