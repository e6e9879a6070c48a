/**
 * Lints texts as if they lay at the given paths, with the workspace's own configuration less the rules that need types.
 * Reads [{ "file", "text" }] from standard input and writes, for each, its messages. For the specs beside this file.
 */
import { text } from 'node:stream/consumers';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

const eslint = new ESLint({
  overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }],
});

const answers = [];
for (const probe of JSON.parse(await text(process.stdin))) {
  const results = await eslint.lintText(probe.text, { filePath: probe.file });
  const messages = results.flatMap((result) => result.messages);
  answers.push(messages.map(({ line, ruleId, message }) => ({ line, ruleId, message })));
}
console.log(JSON.stringify(answers));
