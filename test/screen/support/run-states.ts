/** The states a run panel can be in: of recorded runs where a run can get there, and extremes made from those. */
import type { RunPanelState } from '../../../src/protocol/messages.ts';
import type { CandidateView, RunView, ScorePoint } from '../../../src/protocol/folds/run-view.ts';
import type { RecordedRun, Recorder } from './recorded-runs.ts';

export interface RunStates {
  readonly whole: RecordedRun;
  /** By what the run does or what became of it. */
  readonly named: Readonly<Record<string, RunPanelState>>;
}

const withView = (state: RunPanelState, view: Partial<RunView>): RunPanelState => ({
  ...state,
  view: { ...state.view, ...view },
});

/** In the middle of its search: rows under way, and of such moments the one with half of the scores known. */
export function midway({ states, end }: RecordedRun): RunPanelState {
  const half = Math.ceil(end.view.curve.length / 2);
  const found = states.find(({ view }) => view.progress !== null && view.curve.length >= half);
  if (found === undefined) throw new Error('The recorded run never had half of its scores and rows under way.');
  return found;
}

export async function recordStates(recorder: Recorder): Promise<RunStates> {
  const whole = await recorder.record();
  let steered = false;
  const once = (act: () => void): void => {
    if (!steered) act();
    steered = true;
  };
  const stop = async (mode: 'keep-best' | 'discard' | 'abort') => {
    steered = false;
    return await recorder.record({
      seed: 8,
      steer: (view, run) => {
        if (view.curve.length < 2) return;
        once(() => {
          if (mode === 'abort') run.abort();
          else run.stop(mode);
        });
      },
    });
  };
  const [stopped, discarded, interrupted] = [await stop('keep-best'), await stop('discard'), await stop('abort')];
  const small = await recorder.record({ limits: { calls: 150 } });
  const running = midway(whole);
  return {
    whole,
    named: {
      starting: whole.states[0]!,
      waiting: withView(whole.states[0]!, { started: null, startedAt: null, state: 'waiting', phases: [] }),
      running,
      paused: { ...running, status: 'paused' },
      stopping: { ...running, status: 'stopping' },
      done: whole.end,
      'stopped by the user': stopped.end,
      'too small a budget': small.end,
      interrupted: interrupted.end,
      // As it is opened again: without the sentence, with the code the run wrote down.
      'interrupted before': withView({ ...interrupted.end, failure: null }, { pausedReason: 'unavailable' }),
      failed: { ...running, status: 'failed', failure: 'The key for OpenAI was refused (401). Add a new one.' },
      discarded: discarded.end,
      'long and right to left': wordy(whole.end),
      '5,000 candidates': many(whole.end, 5000),
    },
  };
}

const WORD = 'incomprehensibilities-without-a-single-place-to-break'.repeat(8);
const ARABIC = 'اسأل العميل عن رقم الطلب ثم أجب بكلمة واحدة فقط';

/** Labels that are very long, cannot be broken, or run the other way. */
function wordy(state: RunPanelState): RunPanelState {
  const notes = [WORD, ARABIC, '<img src=x onerror="document.title=1">', `${ARABIC} (GEPA) 12 ${WORD}`];
  return withView(
    { ...state, name: WORD, spec: `prompts/${WORD}.prompt.yaml` },
    {
      candidates: state.view.candidates.map((candidate, at) => ({
        ...candidate,
        note: notes[at % notes.length]!,
        ...(at % 3 === 2 ? { state: 'rejected' as const, reason: ARABIC, estimate: null } : {}),
        constraints: candidate.constraints.map((one) => ({ ...one, name: WORD })),
      })),
      rejections: [
        { reason: WORD, parents: [] },
        { reason: ARABIC, parents: [] },
        { reason: ARABIC, parents: [] },
      ],
      warnings: [{ code: 'long', message: `${WORD} ${ARABIC}` }],
      phases: state.view.phases.map((phase) => ({ ...phase, note: WORD })),
    },
  );
}

/** The recorded candidates again and again, each under a number and hash of its own. */
export function many(state: RunPanelState, count: number): RunPanelState {
  const { candidates, curve } = state.view;
  const hashOf = (number: number): string => number.toString(16).padStart(16, '0');
  const pointOf = new Map(curve.map((point) => [point.candidate, point]));
  const more: CandidateView[] = [];
  const points: ScorePoint[] = [];
  for (let number = 0; number < count; number++) {
    const model = candidates[number % candidates.length]!;
    const hash = number < candidates.length ? model.hash : hashOf(number);
    more.push({ ...model, hash, number });
    const point = pointOf.get(model.hash);
    if (point !== undefined) {
      const best = point.best && number < candidates.length;
      points.push({ ...point, candidate: hash, number, calls: point.calls + number, best });
    }
  }
  return withView(state, { candidates: more, curve: points });
}
