/**
 * `npm run vscode -- [FOLDER]`: opens the extension, as it is built now, for a person to try, on `examples` by default.
 * In a desktop VS Code where there is one (`PROMPTOPT_CODE`, or `code` on the PATH), else in a browser: then the address
 * is printed, and Ctrl-C ends it.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ensureDependencies, ensureNode, root, say } from './setup/node.mjs';

await ensureNode();
ensureDependencies();
const { prepare } = await import('./setup/needs.ts');
const { findProgram } = await import('./setup/system-packages.ts');

const folder = resolve(process.argv[2] ?? join(root, 'examples'));
if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
  say(`There is no folder ${folder}. Name the folder to open: npm run vscode -- FOLDER`);
  process.exit(2);
}

/** A profile of its own, so that the person's extensions and settings stay out of it and as they are. */
const temporary = mkdtempSync(join(tmpdir(), 'promptopt-vscode-'));
const clean = () => rmSync(temporary, { recursive: true, force: true, maxRetries: 5 });

/** Resolves when the person has had enough. */
const interrupted = new Promise((done) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, done);
});

async function openDesktop(program) {
  const child = spawn(
    program,
    [
      folder,
      `--extensionDevelopmentPath=${root}`,
      `--user-data-dir=${join(temporary, 'user')}`,
      `--extensions-dir=${join(temporary, 'extensions')}`,
      '--new-window',
      '--wait',
    ],
    { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' },
  );
  say(`Opening ${folder} in ${program}. Close the window, or press Ctrl-C, to end.`);
  await Promise.race([new Promise((done) => child.on('close', done)), interrupted]);
  child.kill();
}

async function openServer() {
  const { ensureVsCodeHost, hostNode } = await import('./setup/vscode-host.ts');
  const { installExtension, startServer } = await import('./test-host/server.ts');
  const { windowAddress } = await import('./test-host/window.ts');
  const host = await ensureVsCodeHost();
  mkdirSync(temporary, { recursive: true });
  installExtension(temporary, root);
  const server = await startServer({ host, node: hostNode(), dataFolder: temporary, workspaceTrust: true });
  try {
    say(`VS Code with the extension is open on ${folder}. Ctrl-C ends it.`);
    console.log(windowAddress({ authority: server.authority, workspace: folder }));
    const early = await Promise.race([server.ended, interrupted.then(() => null)]);
    if (early === null) return;
    say(`The VS Code server ended by itself: ${early.slice(-2000)}`);
    process.exitCode = 1;
  } finally {
    await server.stop();
  }
}

try {
  await prepare(['build']);
  const desktop = process.env.PROMPTOPT_CODE ?? findProgram('code');
  if (desktop === null) await openServer();
  else await openDesktop(desktop);
} catch (error) {
  say(error.message);
  process.exitCode = 1;
} finally {
  clean();
}
