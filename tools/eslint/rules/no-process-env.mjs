/**
 * The environment is read once, checked, by libs/config.
 * @type {import('eslint').Rule.RuleModule}
 */
export const noProcessEnv = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { notHere: 'Only libs/config reads the environment: take the setting as a parameter.' },
  },
  create(context) {
    const report = (node) => context.report({ node, messageId: 'notHere' });
    return {
      "MemberExpression[object.name='process'][property.name='env']": report,
      "MemberExpression[object.name='process'][property.value='env']": report,
      "VariableDeclarator[init.name='process'] > ObjectPattern > Property[key.name='env']": report,
      "ImportDeclaration[source.value=/^(node:)?process$/] > ImportSpecifier[imported.name='env']": report,
    };
  },
};
