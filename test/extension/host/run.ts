/** Runs inside the extension host: mocha over the test bundles beside this one, counts and text into files. */
import { appendFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { format } from 'node:util';
import type MochaType from 'mocha';

/** What `scripts/test-host/extension-tests.ts` hands in. */
const given = (name: string): string => {
  const value = process.env[`PROMPTOPT_TEST_${name}`] ?? '';
  if (value === '') throw new Error(`PROMPTOPT_TEST_${name} is not set: run the tests with \`npm test -- extension\`.`);
  return value;
};

/** VS Code calls this and ends with an error when it rejects. */
export async function run(): Promise<void> {
  const output = given('OUTPUT');
  const root = given('ROOT');
  // Found from the project, since a bundle may lie anywhere.
  const require = createRequire(join(root, 'package.json'));
  const Mocha = require('mocha') as typeof MochaType;
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => {
    appendFileSync(output, `${format(...args)}\n`);
  };
  const mocha = new Mocha({
    ui: 'bdd',
    timeout: 60_000,
    color: false,
    reporter: require('./scripts/setup/reporter.cjs') as MochaType.ReporterConstructor,
    reporterOptions: { file: given('REPORT') },
    ...(process.env['PROMPTOPT_TEST_GREP'] === undefined ? {} : { grep: process.env['PROMPTOPT_TEST_GREP'] }),
  });
  for (const name of readdirSync(import.meta.dirname).sort()) {
    if (name.endsWith('.test.cjs')) mocha.addFile(join(import.meta.dirname, name));
  }
  const failures = await new Promise<number>((resolve) => {
    mocha.run(resolve);
  });
  if (failures > 0) throw new Error(`${failures} of the extension's tests failed.`);
}
