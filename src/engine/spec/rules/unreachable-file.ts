import { dirname, resolve } from 'node:path';
import { isTree } from '../prompt-texts.ts';
import type { CheckedRule } from './rule.ts';

const FILE_KEYS = ['train', 'validation', 'test', 'file'];

export const unreachableFile: CheckedRule = {
  id: 'unreachable-file',
  group: 'structure',
  severity: 'error',
  title: 'A data file is not there',
  meaning: 'A file that `data` names does not exist. Paths are relative to the folder of the prompt file.',
  bad: 'messages:\n  - { role: user, content: "Message: {{message}}" }\ndata:\n  train: no-such-file.jsonl\n',
  good: 'messages:\n  - { role: user, content: "Message: {{message}}" }\ntestData:\n  - { message: Where is my order?, expected: shipping }\n',
  hasFix: false,
  check({ document, tree, path, files, report }) {
    const { data } = tree;
    if (files === null || !isTree(data)) return;
    for (const key of FILE_KEYS) {
      const name = data[key];
      if (typeof name !== 'string') continue;
      const full = resolve(dirname(path), name);
      if (name.trim() !== '' && files.exists(full)) continue;
      const span = document.spanOf(['data', key]);
      const message =
        name.trim() === ''
          ? `data.${key} names no file.`
          : `The data file "${name}" does not exist. The path is relative to the prompt file.`;
      report.atSpan('unreachable-file', 'error', span, message);
    }
  },
};
