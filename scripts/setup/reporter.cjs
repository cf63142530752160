/** A mocha reporter that prints what failed and leaves the counts in a file. */
const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

class CountingReporter extends Mocha.reporters.Base {
  constructor(runner, options) {
    super(runner, options);
    runner.on('pending', (test) => Mocha.reporters.Base.consoleLog(`  skipped: ${test.fullTitle()}`));
    runner.once('end', () => {
      this.epilogue();
      const { passes, failures, pending } = this.stats;
      writeFileSync(
        options.reporterOptions.file,
        JSON.stringify({ passed: passes, failed: failures, skipped: pending }),
      );
    });
  }
}

module.exports = CountingReporter;
