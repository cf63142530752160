import { isTree, messageTexts } from '../prompt-texts.ts';
import type { PromptText } from '../prompt-texts.ts';
import type { CheckedRule } from './rule.ts';

/** Forms that issuers document, long and varied enough that ordinary text has none. */
const FORMS: readonly { readonly name: string; readonly pattern: RegExp }[] = [
  { name: 'a key of Anthropic', pattern: /\bsk-ant-[A-Za-z0-9_-]{20,}/ },
  { name: 'a key of OpenAI', pattern: /\bsk-(?:proj-|svcacct-)?[A-Za-z0-9_-]*[A-Za-z0-9]{20,}/ },
  { name: 'a token of GitHub', pattern: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})/ },
  { name: 'a token of Hugging Face', pattern: /\bhf_[A-Za-z0-9]{30,}/ },
  { name: 'a token of Slack', pattern: /\bxox[abposr]-[A-Za-z0-9-]{20,}/ },
  { name: 'an access key of AWS', pattern: /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/ },
  { name: 'a key of Google', pattern: /\bAIza[0-9A-Za-z_-]{35}/ },
  { name: 'a private key', pattern: /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/ },
];

export const secretInPrompt: CheckedRule = {
  id: 'secret-in-prompt',
  group: 'prompt',
  severity: 'error',
  title: 'A key stands in the file',
  meaning:
    'A message or a row holds what has the form of an API key, an access token or a private key. The file is shared, and its text is sent to models. Take it out and revoke it: whoever has seen the file may have it. Keys belong into environment variables or the key store of VS Code.',
  bad: 'messages:\n  - role: user\n    content: |-\n      Use the key sk-proj-Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4.\n      Message: {{message}}\n',
  good: 'messages:\n  - role: user\n    content: |-\n      Keys look like sk-… and are never shown.\n      Message: {{message}}\n',
  hasFix: false,
  check({ document, tree, report }) {
    const rows: readonly unknown[] = Array.isArray(tree['testData']) ? tree['testData'] : [];
    const cells = rows.flatMap((row, index): PromptText[] =>
      isTree(row)
        ? Object.entries(row).flatMap(([key, text]) =>
            typeof text === 'string' ? [{ path: ['testData', index, key], text }] : [],
          )
        : [],
    );
    for (const { path, text } of [...messageTexts(tree), ...cells]) {
      for (const { name, pattern } of FORMS) {
        const [found] = pattern.exec(text) ?? [];
        if (found === undefined) continue;
        const whole = document.spanOf(path);
        const at = document.text.slice(whole.start, whole.end).indexOf(found);
        const span = at < 0 ? whole : { start: whole.start + at, end: whole.start + at + found.length };
        report.atSpan('secret-in-prompt', 'error', span, `This looks like ${name}. Take it out, and revoke it.`);
        break;
      }
    }
  },
};
