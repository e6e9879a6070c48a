/**
 * `forwardRef` hides a circle between two modules; take the shared part out instead.
 * @type {import('eslint').Rule.RuleModule}
 */
export const noForwardRef = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { circle: 'forwardRef hides a circle: move what both need into a third place.' },
  },
  create(context) {
    const report = (node) => context.report({ node, messageId: 'circle' });
    return {
      "ImportSpecifier[imported.name='forwardRef']": report,
      "MemberExpression[property.name='forwardRef']": report,
    };
  },
};
