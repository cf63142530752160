/** Limits as a person types them: `$2, 800 calls, 30 min`. */
import * as vscode from 'vscode';
import type { Limits } from '../../engine/index.ts';
import { limits as limitsText } from '../../protocol/wording.ts';

const UNITS: readonly { readonly limit: keyof Limits; readonly words: RegExp; readonly factor: number }[] = [
  { limit: 'usd', words: /^(\$|usd|dollars?)$/, factor: 1 },
  { limit: 'calls', words: /^calls?$/, factor: 1 },
  { limit: 'tokens', words: /^tokens?$/, factor: 1 },
  { limit: 'minutes', words: /^(m|min|mins|minutes?)$/, factor: 1 },
  { limit: 'minutes', words: /^(h|hours?)$/, factor: 60 },
];

/** The limits, or a sentence about what cannot be read. At least one limit is asked for: no run is unlimited. */
export function readLimits(text: string): Limits | string {
  const limits: Partial<Record<keyof Limits, number>> = {};
  const parts = text
    .split(/,(?!\d{3}\b)|;/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const part of parts) {
    const [, dollar = '', digits = '', word = ''] = /^(\$?)\s*([\d.,]+)\s*([a-z]*)$/i.exec(part) ?? [];
    const value = Number(digits.replaceAll(',', ''));
    const name = dollar === '' ? word.toLowerCase() : '$';
    const unit = UNITS.find(({ words }) => words.test(name));
    if (unit === undefined || digits === '' || !Number.isFinite(value) || value <= 0) {
      return `"${part}" is no limit. Write for example: $2, 800 calls, 30 min.`;
    }
    const amount = value * unit.factor;
    if ((unit.limit === 'calls' || unit.limit === 'tokens') && !Number.isInteger(amount)) {
      return `"${part}": ${unit.limit} are counted in whole numbers.`;
    }
    limits[unit.limit] = amount;
  }
  return parts.length === 0 ? 'Name at least one limit, for example: $2, 800 calls, 30 min.' : limits;
}

/** Asks for limits, starting from these. Undefined when the user left. */
export async function askLimits(prompt: string, start: Limits): Promise<Limits | undefined> {
  const text = await vscode.window.showInputBox({
    title: 'Hard limit of the run',
    prompt,
    value: limitsText(start),
    ignoreFocusOut: true,
    validateInput: (value) => {
      const read = readLimits(value);
      return typeof read === 'string' ? read : undefined;
    },
  });
  const limits = text === undefined ? undefined : readLimits(text);
  return typeof limits === 'string' ? undefined : limits;
}
