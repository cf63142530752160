/** `promptopt.config.yaml` at the workspace root: endpoints, own prices, limits and aliases. Never keys. */
import { parse } from 'yaml';
import * as z from 'zod';
import { PromptOptError } from '../../protocol/errors.ts';
import type { ModelLimits } from './limiter.ts';
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
export const amountUsd = z
  .number({ error: 'it is an amount in USD' })
  .min(0, { error: 'an amount is 0 or more' })
  .max(1e6, { error: 'it is over a million dollars' });

const budget = z.strictObject({
  monthlyUsd: amountUsd.optional().describe('USD all runs of this workspace may pay in a calendar month (UTC).'),
  emergencyUsd: amountUsd
    .optional()
    .describe('USD a month beyond that, touched only by runs that are told to use the emergency budget.'),
  askAboveUsd: amountUsd.optional().describe('Ask before a run whose worst forecast is above this; 1 when absent.'),
});

const megabytes = z.number().min(1).max(1e6);
const days = z.number().min(1).max(36_500);

const telemetry = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Base URL of the collector, unless `OTEL_EXPORTER_OTLP_ENDPOINT` names one.'),
  content: z.boolean().default(false).describe('Whether prompts and replies are sent along.'),
});

const MOST_CONCURRENT = 256;

const limits = z.strictObject({
  requestsPerMinute: z.number().positive().optional().describe('Requests of one model in any 60 seconds.'),
  tokensPerMinute: z.number().positive().optional().describe('Tokens of one model, in and out, in any 60 seconds.'),
  concurrency: z
    .int()
    .min(1)
    .max(MOST_CONCURRENT)
    .optional()
    .describe('Calls of one model in the air at once, where that is fewer than `concurrency`.'),
});

const provider = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Endpoint of an OpenAI-compatible server.'),
  folder: z
    .string()
    .min(1)
    .optional()
    .describe('Of models in this process: the folder their library is installed in, from the workspace’s root.'),
  timeoutSeconds: z.number().positive().optional().describe('Seconds one attempt may take.'),
  prices: z.record(z.string(), price).default({}).describe('Prices by model, without the provider.'),
  limits: limits.optional().describe('What each of its models may be asked. A server’s own limits are kept besides.'),
  modelLimits: z
    .record(z.string(), limits)
    .default({})
    .describe('The same for single models, without the provider; what is said here wins.'),
});

/** What the file may hold; also the source of its docs. */
export const workspaceConfigSchema = z.strictObject({
  providers: z.record(z.string(), provider).default({}).describe('Settings by provider.'),
  aliases: z.record(z.string(), z.string()).default({}).describe('Names for models, e.g. gpt-4: openai/gpt-4o.'),
  concurrency: z.int().min(1).max(MOST_CONCURRENT).optional().describe('Calls of one model in the air at once.'),
  retries: z
    .int()
    .min(0)
    .max(20)
    .optional()
    .describe('Further attempts after a failed one; 4 when absent, 0 for none.'),
  budget: budget.default({}).describe('Limits over all runs.'),
  cache: z
    .strictObject({
      maxMb: megabytes.default(500).describe('Megabytes replies may take; beyond that the least recently used go.'),
      maxDays: days.default(90).describe('Days a reply stays after its last use.'),
    })
    .prefault({})
    .describe('How much the cache keeps.'),
  retention: z
    .strictObject({
      maxMb: megabytes.default(1000).describe('Megabytes runs may take; beyond that the oldest go.'),
      maxDays: days.default(90).describe('Days a run stays.'),
    })
    .prefault({})
    .describe('Which runs are kept; pinned ones always are.'),
  telemetry: telemetry
    .optional()
    .describe('Sends a span for each run and call to an OpenTelemetry collector; absent: nothing is sent.'),
});

/** What holds over all runs of a workspace, in USD; null where the file says nothing. */
export interface WorkspaceBudget {
  readonly monthlyUsd: number | null;
  readonly emergencyUsd: number | null;
  readonly askAboveUsd: number | null;
}

export interface WorkspaceConfig {
  readonly providers: Readonly<
    Record<string, { readonly baseUrl?: string; readonly folder?: string; readonly timeoutMs?: number }>
  >;
  /** By full model name. */
  readonly prices: Readonly<Record<string, ModelPrice>>;
  /** By provider, and by full model name. */
  readonly limits: Readonly<Record<string, ModelLimits>>;
  readonly aliases: Readonly<Record<string, string>>;
  readonly concurrency: number | null;
  readonly retries: number | null;
  readonly budget: WorkspaceBudget;
  /** How much is kept of replies and runs. */
  readonly keep: { readonly cache: KeepLimit; readonly runs: KeepLimit };
  /** Null: nothing is sent to a collector. */
  readonly telemetry: { readonly endpoint: string | null; readonly content: boolean } | null;
}

/** In megabytes and days: beyond either, the oldest go. */
export interface KeepLimit {
  readonly maxMb: number;
  readonly maxDays: number;
}

export const CONFIG_FILE = 'promptopt.config.yaml';
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

/** @returns what a model of a provider may be asked, by what the config says of both */
export function limitsOfModel({ limits: all }: WorkspaceConfig, provider: string, id: string): ModelLimits {
  return { ...all[provider], ...all[`${provider}/${id}`] };
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
  return configOf(read.data);
}

function configOf(file: z.infer<typeof workspaceConfigSchema>): WorkspaceConfig {
  const { providers, aliases, concurrency, retries, budget: amounts, cache, retention } = file;
  const entries = Object.entries(providers);
  return {
    aliases,
    concurrency: concurrency ?? null,
    retries: retries ?? null,
    budget: {
      monthlyUsd: amounts.monthlyUsd ?? null,
      emergencyUsd: amounts.emergencyUsd ?? null,
      askAboveUsd: amounts.askAboveUsd ?? null,
    },
    keep: { cache, runs: retention },
    telemetry:
      file.telemetry === undefined
        ? null
        : { endpoint: file.telemetry.endpoint ?? null, content: file.telemetry.content },
    providers: Object.fromEntries(
      entries.map(([name, { baseUrl, folder, timeoutSeconds }]) => [
        name,
        {
          ...(baseUrl === undefined ? {} : { baseUrl }),
          ...(folder === undefined ? {} : { folder }),
          ...(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1000 }),
        },
      ]),
    ),
    limits: Object.fromEntries(
      entries.flatMap(([name, { limits: own, modelLimits }]) => [
        ...(own === undefined ? [] : [[name, given<ModelLimits>(own)] as const]),
        ...Object.entries(modelLimits).map(
          ([model, single]) => [`${name}/${model}`, given<ModelLimits>(single)] as const,
        ),
      ]),
    ),
    prices: Object.fromEntries(
      entries.flatMap(([name, { prices }]) =>
        Object.entries(prices).map(([model, own]): [string, ModelPrice] => [`${name}/${model}`, priceOf(own)]),
      ),
    ),
  };
}

/** What holds where there is no file. */
export const NO_CONFIG: WorkspaceConfig = configOf(workspaceConfigSchema.parse({}));
