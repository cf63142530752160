/** Who holds a run's lease, and what runs are called. */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

/** This process, readable in an error. */
export const owner = `process ${process.pid} on ${hostname()}`;

/** Whether the process that held a lease has ended. Only known of processes of this machine. */
export function isGone(holder: string): boolean {
  const [, pid, host] = /^process (\d+) on (.*)$/.exec(holder) ?? [];
  if (pid === undefined || host !== hostname() || holder === owner) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}

/** Readable, sortable by time, and never the same twice. */
export function newId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').slice(0, 13).replace('T', '-');
  return `${time}-${randomUUID().slice(0, 6)}`;
}
