import { runProcess } from '@tidewaiter/server';
import { standaloneSlices, startStandalone } from './standalone';

await runProcess('standalone', standaloneSlices, startStandalone);
