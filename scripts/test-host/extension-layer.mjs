/** `node extension-layer.mjs REPORT MINUTES FILE…`: the extension's tests as a process of their own, which can be ended. */
import { runExtensionTests } from './extension-tests.ts';

const [report, minutes, ...files] = process.argv.slice(2);
process.exitCode = await runExtensionTests({ report, minutes: Number(minutes), files });
