#!/usr/bin/env node
/**
 * Stands where a desktop VS Code's executable would: `@vscode/test-electron`'s `runTests` starts it with the same
 * arguments (`vscodeExecutablePath`), and it runs them in a VS Code server with headless Chromium as the window.
 */
import { runTestsInServer } from './run-tests.ts';

try {
  process.exitCode = await runTestsInServer(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
// Whatever still holds the process open (a socket of the browser, say) must not keep the tests from ending.
process.exit();
