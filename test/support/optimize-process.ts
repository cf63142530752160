/** An optimization in a process of its own, which a test may kill; and the program that process runs. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EngineOptions, OptimizeOptions } from '../../src/engine/engine.ts';
import type { OptimizationResult } from '../../src/protocol/result.ts';
import { describeError } from '../../src/protocol/errors.ts';
import { openEngineIn } from './workspace.ts';

interface Order {
  readonly spec: string;
  readonly options: OptimizeOptions;
  readonly engine: Partial<EngineOptions>;
  /** Goes on with the newest interrupted run of the store. */
  readonly resume: boolean;
}

type Message = { readonly runId: string } | { readonly result: OptimizationResult } | { readonly error: string };

export interface OptimizeProcess {
  /** Resolves when the run has begun. */
  readonly runId: Promise<string>;
  /** Null when it was killed before it ended. @throws Error with the sentence it ended with. */
  readonly result: Promise<OptimizationResult | null>;
  /** As `kill -9`, or its twin on Windows. */
  kill(): void;
  readonly child: ChildProcess;
}

export function optimizeInProcess(order: Partial<Order> & Pick<Order, 'spec'>): OptimizeProcess {
  const full: Order = { options: {}, engine: {}, resume: false, ...order };
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), JSON.stringify(full)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const runId = Promise.withResolvers<string>();
  runId.promise.catch(() => undefined);
  const result = new Promise<OptimizationResult | null>((resolve, reject) => {
    let end: OptimizationResult | null = null;
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line) as Message;
      if ('runId' in message) runId.resolve(message.runId);
      else if ('result' in message) end = message.result;
      else reject(new Error(message.error));
    });
    child.on('close', () => {
      runId.reject(new Error('The process ended before its run began.'));
      resolve(end);
    });
  });
  result.catch(() => undefined);
  return { runId: runId.promise, result, kill: () => void child.kill('SIGKILL'), child };
}

async function main({ spec, options, engine: engineOptions, resume }: Order): Promise<void> {
  const tell = (message: Message): void => {
    process.stdout.write(`${JSON.stringify(message)}\n`);
  };
  const engine = openEngineIn(dirname(spec), engineOptions);
  try {
    const run = resume
      ? (await engine.resume(await engine.store(dirname(spec)))).run
      : await (await engine.plan(await engine.openTask(spec), options)).start();
    tell({ runId: run.id });
    tell({ result: await run.result });
  } catch (error) {
    tell({ error: describeError(error) });
  } finally {
    await engine.close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(JSON.parse(process.argv[2] ?? '') as Order);
