/** Rows done of an evaluation: a bar in a terminal, nothing elsewhere, for it is soon over. */
import { SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.ts';

export interface RowProgress {
  show(done: number, of: number): void;
  end(): void;
}

export function createRowProgress({ isLive, stderr, errColours }: Terminal, quiet: boolean): RowProgress {
  if (quiet || !isLive) return { show: () => undefined, end: () => undefined };
  const bar = new SingleBar({
    stream: stderr,
    format: '{bar} {value}/{total} rows',
    hideCursor: true,
    clearOnComplete: true,
    linewrap: false,
    formatBar: (progress) => {
      const full = Math.round(Math.min(1, progress) * 24);
      return errColours.cyan('█'.repeat(full)) + errColours.dim('░'.repeat(24 - full));
    },
  });
  let started = false;
  return {
    show(done, of) {
      if (started) bar.update(done);
      else bar.start(of, done);
      started = true;
    },
    end() {
      if (started) bar.stop();
    },
  };
}
