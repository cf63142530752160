/** `promptopt.config.yaml` at the workspace root: endpoints, own prices, limits and aliases. Never keys. */
import { parse } from 'yaml';
import * as z from 'zod';
import { PromptOptError } from '../../protocol/errors.ts';
import type { ModelPrice } from './price.ts';

const price = z.strictObject({
  inputPerMillion: z.number().min(0).describe('USD per million input tokens.'),
  outputPerMillion: z.number().min(0).describe('USD per million output tokens.'),
  cachedInputPerMillion: z.number().min(0).optional().describe('USD per million cached input tokens.'),
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
});

export interface WorkspaceConfig {
  readonly providers: Readonly<Record<string, { readonly baseUrl?: string; readonly timeoutMs?: number }>>;
  /** By full model name. */
  readonly prices: Readonly<Record<string, ModelPrice>>;
  readonly aliases: Readonly<Record<string, string>>;
  readonly concurrency: number | null;
}

export const CONFIG_FILE = 'promptopt.config.yaml';
export const NO_CONFIG: WorkspaceConfig = { providers: {}, prices: {}, aliases: {}, concurrency: null };

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
  const { providers, aliases, concurrency } = read.data;
  const entries = Object.entries(providers);
  return {
    aliases,
    concurrency: concurrency ?? null,
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
        Object.entries(prices).map(([model, { cachedInputPerMillion, ...own }]): [string, ModelPrice] => [
          `${name}/${model}`,
          {
            ...own,
            ...(cachedInputPerMillion === undefined ? {} : { cachedInputPerMillion }),
            source: CONFIG_FILE,
          },
        ]),
      ),
    ),
  };
}
