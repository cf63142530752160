/** Loaded before a program with `--import`: says at its end how much memory it held at most, in kB. */
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  process.on('exit', () => process.stderr.write(`\npeak ${process.resourceUsage().maxRSS}\n`));
}
