import { exitCodes } from './exit-codes';
import { run } from './run';
import { processTerminal } from './terminal';

// Node ends with 1, which is the gate's word, and nothing was judged.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error.stack ?? error.message}\n`);
  process.exit(exitCodes.failed);
});
process.exitCode = await run(process.argv.slice(2), processTerminal());
