/** Ctrl-C and its kin: what the first and the second one do is up to the command that runs. */
import process from 'node:process';

export interface Interrupts {
  /** While `body` runs, each signal calls the next of `steps`; after the last the process leaves at once. */
  during<T>(steps: readonly (() => void)[], body: () => Promise<T>): Promise<T>;
}

/** SIGBREAK is Windows' ctrl-Break; there SIGTERM cannot be caught, and a run ended so is resumed like a killed one. */
const SIGNALS: readonly NodeJS.Signals[] =
  process.platform === 'win32' ? ['SIGINT', 'SIGBREAK'] : ['SIGINT', 'SIGTERM'];

export function createInterrupts(leave: () => void): Interrupts {
  let waiting: (() => void)[] | null = null;
  for (const signal of SIGNALS) {
    process.on(signal, () => {
      const step = waiting?.shift();
      if (step === undefined) leave();
      else step();
    });
  }
  return {
    async during(steps, body) {
      const outer = waiting;
      waiting = [...steps];
      try {
        return await body();
      } finally {
        waiting = outer;
      }
    },
  };
}
