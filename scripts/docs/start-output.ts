/** What `npm start` prints, for the README: the same command on a copy of the example, so that nothing is left in the tree. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const EXAMPLE = 'examples/support-triage';

/** The arguments `scripts/start.mjs` gives when the user gives none. */
function startArguments(root: string): string[] {
  const list = /const EXAMPLE = \[([^\]]*)\]/.exec(readFileSync(join(root, 'scripts', 'start.mjs'), 'utf8'))?.[1] ?? '';
  return [...list.matchAll(/'([^']*)'/g)].map(([, argument = '']) => argument);
}

/** @throws Error with what the command said when it fails. */
function outputOfStart(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'promptopt-docs-'));
  try {
    cpSync(join(root, EXAMPLE), join(folder, EXAMPLE), { recursive: true });
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        join(root, 'src', 'cli', 'main.ts'),
        'optimize',
        ...startArguments(root),
      ],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', XDG_DATA_HOME: folder } },
    );
    if (status !== 0) throw new Error(`The example ended with ${status}.\n${stderr}`);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Lines from one that begins with `first` to one that begins with `last`, both included. */
function cut(text: string, first: string, last: string): string {
  const lines = text.split('\n');
  const start = lines.findIndex((line) => line.startsWith(first));
  const end = lines.findIndex((line, index) => index >= start && line.startsWith(last));
  if (start < 0 || end < 0) throw new Error(`The example printed no lines from "${first}" to "${last}".`);
  return lines
    .slice(start, end + 1)
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The README with the two excerpts as the command prints them now; the time a machine took is left out. */
export function readmeWithOutput(root: string): string {
  const output = outputOfStart(root);
  const headline = output.split('\n').filter((line) => line.includes(' on unseen rows'));
  const evidence = cut(output, 'Before ', 'one word ')
    .split('\n')
    .filter((line) => !line.startsWith('Time '));
  const excerpts: Readonly<Record<string, string>> = {
    plan: cut(output, 'Model ', 'Replies '),
    verdict: [...headline, '', ...evidence].join('\n'),
  };
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  return readme.replace(
    /(<!-- npm start: (\w+) -->\n\n)(?:```text\n[\s\S]*?\n```\n)?/g,
    (_whole, marker: string, name: string) => `${marker}\`\`\`text\n${excerpts[name] ?? ''}\n\`\`\`\n`,
  );
}
