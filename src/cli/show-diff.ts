/** A change of a file as a unified diff. */
import { diffTexts } from '../engine/index.ts';
import type { Colours } from './terminal.ts';

export function unifiedDiff(before: string, after: string, file: string, colours: Colours): string {
  const paint = {
    same: (text: string) => ` ${text}`,
    added: (text: string) => colours.green(`+${text}`),
    removed: (text: string) => colours.red(`-${text}`),
  };
  return [
    colours.bold(`--- ${file}`),
    colours.bold(`+++ ${file} (optimized)`),
    ...diffTexts(before, after).flatMap(({ header, lines }) => [
      colours.cyan(header),
      ...lines.map(({ kind, text }) => paint[kind](text)),
    ]),
  ].join('\n');
}
