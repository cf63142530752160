/** `promptopt.config.yaml` at the workspace root: endpoints, own prices, limits and aliases. Never keys. */
import { parse } from 'yaml';
import * as z from 'zod';
import { PromptOptError } from '../../protocol/errors.ts';
import type { ModelPrice } from './price.ts';

/** No model costs a dollar a token: a figure beyond that is a slip of units. */
const DEAREST_PER_MILLION = 1e6;

const rate = z
  .number({ error: 'a price is a number of USD per million tokens' })
  .min(0, { error: 'a price is 0 or more' })
  .max(DEAREST_PER_MILLION, { error: 'a price is in USD per million tokens; this one is over a dollar a token' });

const rates = {
  inputPerMillion: rate.describe('USD per million input tokens.'),
  outputPerMillion: rate.describe('USD per million output tokens, those of reasoning among them.'),
  cachedInputPerMillion: rate.optional().describe('USD per million cached input tokens; the input price when absent.'),
  cacheWritePerMillion: rate
    .optional()
    .describe('USD per million input tokens written to the provider’s cache; the input price when absent.'),
};

const price = z.strictObject({
  ...rates,
  batchFactor: z
    .number({ error: 'it is a number from 0 to 1' })
    .min(0, { error: 'it is a number from 0 to 1' })
    .max(1, { error: 'it is a number from 0 to 1' })
    .optional()
    .describe('What a call through the batch endpoint costs, as a part of every rate, 0 to 1.'),
  longContext: z
    .strictObject({
      ...rates,
      aboveInputTokens: z.int().min(0).describe('Input tokens of one request from which these rates hold.'),
    })
    .optional()
    .describe('Higher rates of requests with long input.'),
});

/** An amount of money; more than a million is a slip. */
const amount = z
  .number({ error: 'it is an amount in USD' })
  .min(0, { error: 'an amount is 0 or more' })
  .max(1e6, { error: 'it is over a million dollars' });

const budget = z.strictObject({
  monthlyUsd: amount.optional().describe('USD all runs of this workspace may pay in a calendar month (UTC).'),
  emergencyUsd: amount
    .optional()
    .describe('USD a month beyond that, touched only by runs that are told to use the emergency budget.'),
  askAboveUsd: amount.optional().describe('Ask before a run whose worst forecast is above this; 1 when absent.'),
});

const provider = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Endpoint of an OpenAI-compatible server.'),
  timeoutSeconds: z.number().positive().optional().describe('Seconds one attempt may take.'),
  prices: z.record(z.string(), price).default({}).describe('Prices by model, without the provider.'),
});

/** What the file may hold; also the source of its docs. */
export const workspaceConfigSchema = z.strictObject({
  providers: z.record(z.string(), provider).default({}).describe('Settings by provider.'),
  aliases: z.record(z.string(), z.string()).default({}).describe('Names for models, e.g. gpt-4: openai/gpt-4o.'),
  concurrency: z.int().min(1).max(256).optional().describe('Calls of one model in the air at once.'),
  budget: budget.default({}).describe('Limits over all runs.'),
});

/** What holds over all runs of a workspace, in USD; null where the file says nothing. */
export interface WorkspaceBudget {
  readonly monthlyUsd: number | null;
  readonly emergencyUsd: number | null;
  readonly askAboveUsd: number | null;
}

export interface WorkspaceConfig {
  readonly providers: Readonly<Record<string, { readonly baseUrl?: string; readonly timeoutMs?: number }>>;
  /** By full model name. */
  readonly prices: Readonly<Record<string, ModelPrice>>;
  readonly aliases: Readonly<Record<string, string>>;
  readonly concurrency: number | null;
  readonly budget: WorkspaceBudget;
}

export const CONFIG_FILE = 'promptopt.config.yaml';
export const NO_CONFIG: WorkspaceConfig = {
  providers: {},
  prices: {},
  aliases: {},
  concurrency: null,
  budget: { monthlyUsd: null, emergencyUsd: null, askAboveUsd: null },
};

type Written<T> = { readonly [K in keyof T]: T[K] | undefined };

/** Without the keys that hold nothing. */
const given = <T extends object>(values: Written<T>): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

function priceOf({ longContext, ...own }: z.infer<typeof price>): ModelPrice {
  return given<ModelPrice>({
    ...own,
    longContext: longContext === undefined ? undefined : given<NonNullable<ModelPrice['longContext']>>(longContext),
    source: CONFIG_FILE,
  });
}

const KEY_LIKE = /(?:api|access|secret)[_-]?key|token|password/i;

/** @throws PromptOptError `usage` naming what is wrong; a key in the file is refused, not read. */
export function readWorkspaceConfig(text: string, path: string): WorkspaceConfig {
  let tree: unknown;
  try {
    tree = parse(text) as unknown;
  } catch {
    throw new PromptOptError('usage', `${path} is no YAML that can be read.`, { file: path });
  }
  const read = workspaceConfigSchema.safeParse(tree ?? {});
  if (!read.success) {
    const [issue] = read.error.issues;
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys : [];
    if (unknown.some((key) => KEY_LIKE.test(key))) {
      throw new PromptOptError('usage', `${path} holds a key. Keys never belong into a file.`, {
        remedy: 'Remove it and set the environment variable of the provider, or add the key in VS Code.',
        file: path,
      });
    }
    const place = issue?.path.join('.') ?? '';
    throw new PromptOptError(
      'usage',
      `${path}: ${place === '' ? '' : `${place}: `}${issue?.message ?? 'not understood'}.`,
      {
        file: path,
      },
    );
  }
  const { providers, aliases, concurrency, budget: limits } = read.data;
  const entries = Object.entries(providers);
  return {
    aliases,
    concurrency: concurrency ?? null,
    budget: {
      monthlyUsd: limits.monthlyUsd ?? null,
      emergencyUsd: limits.emergencyUsd ?? null,
      askAboveUsd: limits.askAboveUsd ?? null,
    },
    providers: Object.fromEntries(
      entries.map(([name, { baseUrl, timeoutSeconds }]) => [
        name,
        {
          ...(baseUrl === undefined ? {} : { baseUrl }),
          ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
        },
      ]),
    ),
    prices: Object.fromEntries(
      entries.flatMap(([name, { prices }]) =>
        Object.entries(prices).map(([model, own]): [string, ModelPrice] => [`${name}/${model}`, priceOf(own)]),
      ),
    ),
  };
}
