/**
 * Loaded into the VS Code server before it starts. Its standard input is a pipe that nobody writes to; when that closes,
 * the process that started it is gone, however it went, and the server and what it started go too.
 *
 * Tried: the server's own `--enable-remote-auto-shutdown` waits three hours for a window that vanished to come back.
 */
if (process.argv[1]?.endsWith('server-main.js')) {
  process.stdin.on('close', () => {
    process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL');
  });
  process.stdin.resume();
  process.stdin.unref();
}
