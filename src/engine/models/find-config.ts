/** Which config holds for a file: the nearest `promptopt.config.yaml` above it, with the month of an enterprise file beside it. */
import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isEnterpriseFile, readEnterpriseBudget } from './enterprise-budget.ts';
import { CONFIG_FILE, NO_CONFIG, readWorkspaceConfig } from './workspace-config.ts';
import type { WorkspaceConfig } from './workspace-config.ts';

/** Marks of a workspace's or repository's root. */
const ROOT_MARKS = ['.git', '.promptopt'];

/**
 * Looks no higher than `workspace`. Where no config is found, an enterprise file at the root of the workspace, else of
 * the repository, still counts.
 * @throws PromptOptError `usage` for a file that cannot be understood.
 */
export async function findConfig(specPath: string, workspace: string | undefined): Promise<WorkspaceConfig> {
  let root: string | null = workspace ?? null;
  for (let folder = dirname(specPath); ; folder = dirname(folder)) {
    const path = join(folder, CONFIG_FILE);
    if (existsSync(path)) return await withEnterprise(readWorkspaceConfig(await readFile(path, 'utf8'), path), folder);
    if (root === null && ROOT_MARKS.some((mark) => existsSync(join(folder, mark)))) root = folder;
    if (folder === workspace || folder === dirname(folder)) break;
  }
  return root === null ? NO_CONFIG : await withEnterprise(NO_CONFIG, root);
}

/** What the config itself says counts; of several enterprise files the lowest amounts do. */
async function withEnterprise(config: WorkspaceConfig, folder: string): Promise<WorkspaceConfig> {
  const { budget } = config;
  if (budget.monthlyUsd !== null && budget.emergencyUsd !== null) return config;
  const names = (await readdir(folder)).filter(isEnterpriseFile);
  const found = await Promise.all(
    names.map(async (name) => readEnterpriseBudget(await readFile(join(folder, name), 'utf8'), join(folder, name))),
  );
  const lowest = (amounts: readonly (number | null)[]): number | null =>
    amounts.reduce((least, amount) => (least === null || (amount !== null && amount < least) ? amount : least), null);
  return {
    ...config,
    budget: {
      ...budget,
      monthlyUsd: budget.monthlyUsd ?? lowest(found.map(({ monthlyUsd }) => monthlyUsd)),
      emergencyUsd: budget.emergencyUsd ?? lowest(found.map(({ emergencyUsd }) => emergencyUsd)),
    },
  };
}
