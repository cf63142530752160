/** A folder with a small task in it, and the engine opened on it: workers run from source. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine } from '../../src/engine/create-engine.ts';
import type { Engine, EngineOptions } from '../../src/engine/engine.ts';
import { createRandom } from '../../src/engine/statistics/random.ts';

const source = (path: string): URL => new URL(`../../src/engine/${path}`, import.meta.url);

export const workers: EngineOptions['workers'] = {
  store: source('experiments/store-worker.ts'),
  sandbox: source('evaluation/sandbox-worker.ts'),
  tokenizer: source('models/tokenizer-worker.ts'),
  transformers: source('models/providers/transformers/transformers-worker.ts'),
};

/** A word that stands in every row and nowhere else. */
export const PLANTED_CONTENT = 'zyxomma';
/** A word that stands in the prompt and nowhere else. */
export const PLANTED_PROMPT = 'quillon';
export const PLANTED_KEY = 'sk-planted-0123456789abcdef';

const TOPICS: Readonly<Record<string, readonly string[]>> = {
  billing: ['invoice', 'charged', 'refund', 'payment', 'card'],
  shipping: ['parcel', 'courier', 'delivery', 'tracking', 'arrived'],
  technical: ['crash', 'login', 'error', 'password', 'screen'],
};
const FILLERS = ['please', 'again', 'today', 'still', 'my order', 'since monday', 'thanks', 'help'];

/** Rows of a sorting task; the same seed gives the same rows. */
export function labelRows(count: number, seed: number): { message: string; expected: string }[] {
  const random = createRandom(seed, 'rows');
  const labels = Object.keys(TOPICS);
  return Array.from({ length: count }, (_, index) => {
    const expected = labels[index % labels.length] ?? '';
    // Some rows speak of another team's business: no prompt gets all of them right, so a search goes on.
    const topic = random.next() < 0.2 ? (labels[random.integer(labels.length)] ?? '') : expected;
    const words = [...random.sample(TOPICS[topic] ?? [], 2), ...random.sample(FILLERS, 3)];
    return { message: `${random.shuffle(words).join(' ')} ${PLANTED_CONTENT} ${seed}-${index}`, expected };
  });
}

export const jsonl = (rows: readonly unknown[]): string => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

export interface WorkspaceOptions {
  readonly model?: string;
  readonly train?: number;
  readonly validation?: number;
  readonly test?: number;
  /** Further top-level lines of the spec. */
  readonly more?: string;
  /** promptopt.config.yaml. */
  readonly config?: string;
  /** Where the folder is made; the system's folder for temporary files when absent. */
  readonly inside?: string;
}

export interface Workspace {
  readonly folder: string;
  readonly spec: string;
  readonly userData: string;
  readonly database: string;
  /** An engine on this folder; close it. */
  open(options?: Partial<EngineOptions>): Engine;
  remove(): void;
}

export function specText({ model = 'embedded/apprentice', more = '' }: WorkspaceOptions = {}): string {
  return `name: sorting
model: ${model}
inputs:
  message: { type: string }
outputs:
  team: { type: string, enum: [${Object.keys(TOPICS).join(', ')}] }
metrics: { accuracy: 1 }
data: { train: train.jsonl, validation: validation.jsonl, test: test.jsonl }
${more}
messages:
  - role: system
    content: You help a desk, ${PLANTED_PROMPT}. Say which team takes the message.
  - role: user
    content: '{{message}}'
`;
}

/** An engine on a workspace made elsewhere; close it. */
export const openEngineIn = (folder: string, more: Partial<EngineOptions> = {}): Engine =>
  createEngine({
    workers,
    variable: (name) => (name === 'OPENAI_API_KEY' ? PLANTED_KEY : undefined),
    userData: join(folder, 'user-data'),
    workspace: folder,
    retries: 0,
    ...more,
  });

export function makeWorkspace(options: WorkspaceOptions = {}): Workspace {
  const { train = 30, validation = 24, test = 40, config, inside = tmpdir() } = options;
  const folder = mkdtempSync(join(inside, 'promptopt-run-'));
  const spec = join(folder, 'sorting.prompt.yaml');
  const userData = join(folder, 'user-data');
  mkdirSync(join(folder, '.git'));
  writeFileSync(spec, specText(options));
  writeFileSync(join(folder, 'train.jsonl'), jsonl(labelRows(train, 1)));
  writeFileSync(join(folder, 'validation.jsonl'), jsonl(labelRows(validation, 2)));
  writeFileSync(join(folder, 'test.jsonl'), jsonl(labelRows(test, 3)));
  if (config !== undefined) writeFileSync(join(folder, 'promptopt.config.yaml'), config);
  return {
    folder,
    spec,
    userData,
    database: join(folder, '.promptopt', 'promptopt.db'),
    open: (more = {}) => openEngineIn(folder, more),
    remove() {
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The config that sends openai/… to a server of one's own, at a price. */
export const configFor = (baseUrl: string, price = { inputPerMillion: 1000, outputPerMillion: 2000 }): string =>
  `providers: { openai: { baseUrl: "${baseUrl}", prices: { m: { inputPerMillion: ${price.inputPerMillion}, outputPerMillion: ${price.outputPerMillion} } } } }\n`;
