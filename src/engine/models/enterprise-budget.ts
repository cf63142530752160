/** The two amounts of an enterprise file that bound every run: `budget_limits` of `*.enterprise.yaml`. */
import { parse } from 'yaml';
import * as z from 'zod';
import { PromptOptError } from '../../protocol/errors.ts';
import { amountUsd } from './workspace-config.ts';

const schema = z.looseObject({
  budget_limits: z
    .looseObject({
      monthly_optimization_budget: amountUsd.optional(),
      emergency_budget: amountUsd.optional(),
    })
    .nullish(),
});

/** USD; null where the file says nothing. */
export interface EnterpriseBudget {
  readonly monthlyUsd: number | null;
  readonly emergencyUsd: number | null;
}

/** `acme.enterprise.yaml`, and the name of the format's own example. */
export const isEnterpriseFile = (name: string): boolean => /(?:\.enterprise|^enterprise_config)\.ya?ml$/.test(name);

/** The rest of the file is not looked at. @throws PromptOptError `usage` naming what is wrong. */
export function readEnterpriseBudget(text: string, path: string): EnterpriseBudget {
  let tree: unknown;
  try {
    tree = parse(text) as unknown;
  } catch {
    throw new PromptOptError('usage', `${path} is no YAML that can be read.`, { file: path });
  }
  const read = schema.safeParse(tree ?? {});
  if (!read.success) {
    const [issue] = read.error.issues;
    const place = issue?.path.join('.') ?? '';
    const what = place === '' ? 'it is a map' : `${place}: ${issue?.message ?? 'not understood'}`;
    throw new PromptOptError('usage', `${path}: ${what}.`, { file: path });
  }
  const limits = read.data.budget_limits;
  return {
    monthlyUsd: limits?.monthly_optimization_budget ?? null,
    emergencyUsd: limits?.emergency_budget ?? null,
  };
}
