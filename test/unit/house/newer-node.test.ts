import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../../scripts/setup/node.mjs';
import { checkoutNode, isNewEnough, runUnder } from '../../../src/cli/newer-node.ts';

describe('the command under an old Node', () => {
  it('knows which Node has what it needs', () => {
    assert.deepEqual(['20.20.2', '22.12.0', '22.13.0', '24.21.0'].map(isNewEnough), [false, false, true, true]);
  });

  it('finds the Node of a checkout, and none beside an installed command', () => {
    const entry = pathToFileURL(join(root, 'dist', 'cli.js')).href;
    const found = checkoutNode(entry, process.platform, process.arch);
    assert.ok(found === null || existsSync(found));
    assert.equal(checkoutNode('file:///nowhere/promptopt/cli.js', process.platform, process.arch), null);
  });

  it('ends with the code of the one that went on', async () => {
    assert.equal(await runUnder(process.execPath, ['-e', 'process.exit(7)']), 7);
  });
});
