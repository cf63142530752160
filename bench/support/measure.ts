/** Time by the clock on the wall, and CPU time: the latter hardly changes when others use the machine. */

export interface Measured {
  readonly wallMs: number;
  /** CPU time of the calling thread; that of workers is not in it. */
  readonly threadMs: number;
  /** CPU time of all threads of the process. */
  readonly processMs: number;
}

const total = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

/** Runs `work` after a collection of garbage, where `--expose-gc` allows one. */
export async function measure(work: () => Promise<unknown>): Promise<Measured> {
  globalThis.gc?.();
  const start = performance.now();
  const thread = process.threadCpuUsage();
  const whole = process.cpuUsage();
  await work();
  return {
    wallMs: performance.now() - start,
    threadMs: total(process.threadCpuUsage(thread)),
    processMs: total(process.cpuUsage(whole)),
  };
}
