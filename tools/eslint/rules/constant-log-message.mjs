const levels = new Set(['trace', 'debug', 'info', 'warn', 'error', 'fatal']);

/**
 * A log message is a constant, so that it can be counted and searched; what varies goes into fields.
 * @type {import('eslint').Rule.RuleModule}
 */
export const constantLogMessage = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { notConstant: 'A log message is a constant ("scan finished"); put what varies into the fields.' },
  },
  create(context) {
    return {
      CallExpression({ callee, arguments: [message] }) {
        if (callee.type !== 'MemberExpression' || callee.computed || !levels.has(callee.property.name)) return;
        if (!isLogger(callee.object) || message === undefined) return;
        const isConstant =
          (message.type === 'Literal' && typeof message.value === 'string') ||
          (message.type === 'TemplateLiteral' && message.expressions.length === 0);
        if (!isConstant) context.report({ node: message, messageId: 'notConstant' });
      },
    };
  },
};

function isLogger(node) {
  if (node.type === 'Identifier') return /(^log|Log|^logger|Logger)$/.test(node.name);
  if (node.type === 'PrivateIdentifier') return /log(ger)?$/i.test(node.name);
  return node.type === 'MemberExpression' && isLogger(node.property);
}
