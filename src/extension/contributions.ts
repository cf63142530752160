/** Everything the extension adds to VS Code by name. The manifest says the same; a test compares the two. */

/** The language of `*.prompt.yaml` and `*.prompt.yml`. */
export const LANGUAGE_ID = 'prompt-yaml';

/** Scheme of the read-only documents that show what a run found. */
export const RESULT_SCHEME = 'promptopt-result';

/** View type of the run panel. */
export const RUN_PANEL = 'promptopt.run';

/** View type of the cost view. */
export const COST_VIEW = 'promptopt.costs';

export interface CommandContribution {
  readonly title: string;
  /** Codicon beside the title where the command is a button. */
  readonly icon?: string;
  /** When clause that greys the command out. */
  readonly enablement?: string;
  /** When clause of the command palette; absent: always there; `false`: only reached from elsewhere. */
  readonly palette?: string;
}

/** When a prompt file has the focus. */
const ON_PROMPT = `editorLangId == ${LANGUAGE_ID}`;

/** Running asks a model and may run a file's own scripts: not in a folder nobody has said they trust. */
export const TRUSTED = 'isWorkspaceTrusted';

export const commands = {
  'promptopt.optimizePrompt': { title: 'Optimize Prompt', icon: '$(rocket)', enablement: TRUSTED, palette: ON_PROMPT },
  'promptopt.evaluatePrompt': { title: 'Evaluate Prompt', icon: '$(beaker)', enablement: TRUSTED, palette: ON_PROMPT },
  'promptopt.openRun': { title: 'Open Run' },
  'promptopt.resumeRun': { title: 'Resume Interrupted Run', enablement: TRUSTED },
  'promptopt.raiseLimit': { title: 'Continue Run with a New Limit', enablement: TRUSTED },
  'promptopt.pauseRun': { title: 'Pause Run', icon: '$(debug-pause)', palette: 'promptopt.running' },
  'promptopt.continueRun': { title: 'Continue Paused Run', icon: '$(debug-continue)', palette: 'promptopt.running' },
  'promptopt.stopRun': { title: 'Stop Run and Keep the Best', icon: '$(debug-stop)', palette: 'promptopt.running' },
  'promptopt.discardRun': { title: 'Stop Run and Discard It', palette: 'promptopt.running' },
  'promptopt.reviewResult': { title: 'Review Optimized Prompt' },
  'promptopt.acceptResult': {
    title: 'Accept Optimized Prompt',
    icon: '$(check)',
    palette: `resourceScheme == ${RESULT_SCHEME}`,
  },
  'promptopt.keepOriginal': {
    title: 'Keep Original',
    icon: '$(discard)',
    palette: `resourceScheme == ${RESULT_SCHEME}`,
  },
  'promptopt.setApiKey': { title: 'Set API Key', icon: '$(key)', enablement: TRUSTED },
  'promptopt.testApiKey': { title: 'Test API Key', enablement: TRUSTED },
  'promptopt.removeApiKey': { title: 'Remove API Key', enablement: TRUSTED },
  'promptopt.showCosts': { title: 'Show Costs', icon: '$(credit-card)' },
  'promptopt.showLog': { title: 'Show Log' },
} as const satisfies Readonly<Record<string, CommandContribution>>;

export type CommandId = keyof typeof commands;

/** Settings with their defaults; types and descriptions are in the manifest. */
export const settings = {
  'promptopt.concurrency': null as number | null,
  'promptopt.useCache': true,
  'promptopt.openPanelOnStart': true,
  'promptopt.lint.severities': {},
} as const satisfies Readonly<Record<string, unknown>>;

export type SettingId = keyof typeof settings;

/** Context keys the extension sets for when clauses. */
export const contextKeys = ['promptopt.running'] as const;

export type ContextKey = (typeof contextKeys)[number];
