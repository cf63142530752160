import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostEnvironment, withoutKeys } from '../../../scripts/test-host/environment.ts';

describe('the environment of the test host', () => {
  const persons = {
    PATH: '/bin',
    LANG: 'C',
    PROMPTOPT_TEST_ROOT: '/project',
    OPENAI_API_KEY: 'sk-1',
    AWS_SECRET_ACCESS_KEY: 'x',
    HF_TOKEN: 'hf',
    GIT_DIR: '/elsewhere/.git',
    NODE_OPTIONS: '--inspect',
    HOME: '/home/person',
  };
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'promptopt-environment-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('has no key, no git folder and no home of the person who runs the tests', () => {
    const environment = hostEnvironment(folder, persons);
    assert.deepEqual(Object.keys(environment).sort(), [
      'GIT_CONFIG_NOSYSTEM',
      'HOME',
      'LANG',
      'PATH',
      'PROMPTOPT_TEST_ROOT',
      'USERPROFILE',
      'VSCODE_CLI',
    ]);
    assert.equal(environment['HOME'], join(folder, 'home'));
    assert.ok(existsSync(join(folder, 'home')));
  });

  it('keeps all but keys for a desktop', () => {
    assert.deepEqual(Object.keys(withoutKeys(persons)).sort(), [
      'GIT_DIR',
      'HOME',
      'LANG',
      'NODE_OPTIONS',
      'PATH',
      'PROMPTOPT_TEST_ROOT',
    ]);
  });
});
