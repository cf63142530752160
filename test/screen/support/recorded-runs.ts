/** Runs of an example on the embedded model, recorded as the run panel gets to see them. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../../scripts/setup/node.mjs';
import { workerFiles } from '../../../src/cli/worker-files.ts';
import { createEngine } from '../../../src/engine/index.ts';
import type { Engine, Limits, OptimizationResult, ResultsStore, Run, Task } from '../../../src/engine/index.ts';
import { candidateText } from '../../../src/extension/panels/candidate-text.ts';
import { runPanelState } from '../../../src/extension/panels/run-panel-state.ts';
import { describeError } from '../../../src/protocol/errors.ts';
import { createRunFold } from '../../../src/protocol/folds/run-view.ts';
import type { RunView } from '../../../src/protocol/folds/run-view.ts';
import type { CandidateText, RunPanelState } from '../../../src/protocol/messages.ts';

export interface RecordedRun {
  /** What the panel showed on its way, oldest first; the last one is how it ended. */
  readonly states: readonly RunPanelState[];
  readonly end: RunPanelState;
  text(hash: string): Promise<CandidateText | null>;
}

export interface Recorder {
  /**
   * Runs the example.
   * @param steer is called with every new view and may stop or leave the run
   */
  record(options?: {
    readonly limits?: Limits;
    readonly seed?: number;
    readonly steer?: (view: RunView, run: Run) => void;
  }): Promise<RecordedRun>;
  close(): Promise<void>;
}

/** @param example the name of a folder in `examples` */
export async function createRecorder(example: string): Promise<Recorder> {
  const workspace = mkdtempSync(join(tmpdir(), 'promptopt-recorded-'));
  cpSync(join(root, 'examples', example), workspace, { recursive: true });
  const engine = createEngine({
    workers: workerFiles(new URL('../../../src/cli/main.ts', import.meta.url).href),
    variable: () => undefined,
    userData: join(workspace, 'user-data'),
    workspace,
  });
  const spec = `${example}.prompt.yaml`;
  const task = await engine.openTask(join(workspace, spec));
  const store = await engine.store(task.path);
  return {
    async record({ limits = {}, seed = 7, steer } = {}) {
      return await recordRun({ engine, store, task, spec }, { limits, seed, steer });
    },
    async close() {
      await engine.close();
      rmSync(workspace, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

interface Place {
  readonly engine: Engine;
  readonly store: ResultsStore;
  readonly task: Task;
  readonly spec: string;
}

async function recordRun(
  { engine, store, task, spec }: Place,
  {
    limits,
    seed,
    steer,
  }: {
    readonly limits: Limits;
    readonly seed: number;
    readonly steer: ((view: RunView, run: Run) => void) | undefined;
  },
): Promise<RecordedRun> {
  const plan = await engine.plan(task, { limits, seed });
  const run = await plan.start();
  const fold = createRunFold();
  const states: RunPanelState[] = [];
  const state = (status: RunPanelState['status'], failure: string | null, result: OptimizationResult | null) => {
    const view = fold.view();
    const session = { id: run.id, name: plan.name, specPath: task.path, status, failure, result, view };
    states.push(runPanelState(session, `prompts/${spec}`));
    return view;
  };
  try {
    for await (const event of run) {
      fold.add({ event, time: Date.now() });
      const view = state('running', null, null);
      steer?.(view, run);
    }
    const result = await run.result;
    state(result.verdict === null && result.stopReason === 'stopped-by-user' ? 'discarded' : 'done', null, result);
  } catch (error) {
    state('interrupted', describeError(error), null);
  }
  const end = states.at(-1)!;
  return {
    states,
    end,
    text: (hash) => candidateText({ view: end.view, prompt: (wanted) => engine.candidatePrompt(store, wanted) }, hash),
  };
}
