/** What the server and its window inherit: the machine's ways, never a person's keys, git settings or shell profile. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Everything else is left out, so a key in the terminal cannot reach a test, and a test cannot spend money. */
const KEPT =
  /^(PATH|LANG|LC_\w+|TZ|TMPDIR|TEMP|TMP|SystemRoot|ComSpec|PATHEXT|LD_LIBRARY_PATH|DISPLAY|CI|PROMPTOPT_TEST_\w+|PROMPTOPT_HOST_\w+)$/i;

/** An environment with a home folder of its own inside `folder`. */
export function hostEnvironment(folder: string, from: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  return {
    ...Object.fromEntries(Object.entries(from).filter(([name]) => KEPT.test(name))),
    HOME: home,
    USERPROFILE: home,
    GIT_CONFIG_NOSYSTEM: '1',
    // The server would else ask the person's login shell for its environment.
    VSCODE_CLI: '1',
  };
}

/** The environment without what looks like a key or a password, for a desktop VS Code that needs the rest of it. */
export const withoutKeys = (from: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !/KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL/i.test(name)));
