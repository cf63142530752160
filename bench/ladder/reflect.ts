/** A plain hill climb with GEPA's own reflection prompt: three training rows a round, a child kept when it holds up on twenty. */
import { readProposal, rejectionOf, reflectionMessages } from '../../src/engine/optimizers/gepa/reflection.ts';
import type { ReflectionRecord } from '../../src/engine/optimizers/gepa/reflection.ts';
import { answerAsApprentice } from '../../src/engine/models/providers/embedded/apprentice.ts';
import type { ApprenticeMessage } from '../../src/engine/models/providers/embedded/apprentice.ts';
import { createPrompt } from '../../src/engine/spec/prompt.ts';
import type { PromptComponent } from '../../src/engine/spec/prompt.ts';
import type { TaskSpec } from '../../src/engine/spec/task-spec.ts';
import { answerRows, meanScore } from './measure.ts';
import type { Answered } from './measure.ts';
import { rowsOf } from './tasks.ts';
import type { Task } from './tasks.ts';

function specOf(task: Task, components: readonly PromptComponent[], inputs: readonly string[]): TaskSpec {
  return {
    name: task.name,
    description: task.description,
    signature: null,
    inputs: inputs.map((name) => ({ name, type: 'string', optional: false })),
    outputs: [{ name: 'reply', type: 'string', optional: false }],
    prompt: createPrompt(components),
    responseFormat: { type: 'text' },
    modelParameters: { temperature: 0, extra: {} },
    constraints: task.constraints.map((description, index) => ({
      name: `c${index}`,
      description,
      kind: 'contains',
      config: '',
      weight: 1,
      severity: 'should',
      caseSensitive: false,
    })),
    metrics: [],
    evaluators: [],
    testData: [],
    data: null,
    models: { target: null, proposer: null, judges: [] },
    optimize: { strategy: 'gepa', config: {}, budget: {}, seed: 7, frozen: [] },
    business: null,
    github: false,
  };
}

function recordOf({ row, reply, score, feedback }: Answered): ReflectionRecord {
  const inputs = Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) =>
      name !== 'expected' && typeof value === 'string' ? [[name, value]] : [],
    ),
  );
  return {
    example: { id: JSON.stringify(inputs), inputs, expected: null, source: { file: '', line: 0 } },
    result: {
      exampleId: '',
      score,
      metrics: {},
      constraints: [],
      feedback,
      reply,
      outputs: null,
      usage: { inputTokens: 0, outputTokens: 0, cachedInputTokens: 0, reasoningTokens: 0 },
      costUsd: 0,
      latencyMs: 0,
      truncated: false,
      refused: false,
    },
  };
}

/** The messages after `rounds` reflections, and the mean score of each kept child on its twenty rows. */
export function climb(task: Task, start: readonly ApprenticeMessage[], rounds: number, seed = 0): ApprenticeMessage[] {
  const train = rowsOf(task.name, 'train');
  const inputs = Object.keys(train[0] ?? {}).filter((name) => name !== 'expected');
  let messages = [...start];
  for (let round = 0; round < rounds; round++) {
    const at = (offset: number): number => (seed * 31 + round * 7 + offset * 11) % train.length;
    const batch = [0, 1, 2].map((offset) => train[at(offset)]!);
    const index = round % 3 === 2 ? messages.length - 1 : 0;
    const components = messages.map(({ role, content }, each) => ({ name: String(each), role, content }));
    const spec = specOf(task, components, inputs);
    const component = components[index]!;
    const records = answerRows(task, messages, batch).map(recordOf);
    const request = reflectionMessages(spec, component, records).map(({ role, content }) => ({
      role,
      content: content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
    }));
    const reply = answerAsApprentice(request, { temperature: 1, sample: seed * 1000 + round, maxOutputTokens: 4096 });
    const text = readProposal(reply.text);
    if (text === null || rejectionOf(spec, component.content, text) !== null) continue;
    const child = messages.map((message, each) => (each === index ? { ...message, content: text } : message));
    const gate = Array.from({ length: 20 }, (_, offset) => train[at(3 + offset)]!);
    if (meanScore(task, child, gate) >= meanScore(task, messages, gate)) messages = child;
  }
  return messages;
}
