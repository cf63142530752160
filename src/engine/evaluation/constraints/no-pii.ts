/** `noPii`: no e-mail address, card or bank account number, phone number or social security number. Best effort. */
import * as z from 'zod';
import type { ConstraintDescriptor } from './constraint.ts';

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (const [index, digit] of Array.from(digits).reverse().entries()) {
    const value = Number(digit) * (index % 2 === 1 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return sum % 10 === 0;
}

/** ISO 13616: the rearranged account number is 1 modulo 97. */
function passesMod97(account: string): boolean {
  const moved = account.slice(4) + account.slice(0, 4);
  const digits = moved.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55));
  let rest = 0;
  for (const digit of digits) rest = (rest * 10 + Number(digit)) % 97;
  return rest === 1;
}

interface Detector {
  readonly name: string;
  readonly pattern: RegExp;
  readonly accepts?: (found: string) => boolean;
}

const detectors: readonly Detector[] = [
  { name: 'an e-mail address', pattern: /[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/gu },
  {
    name: 'a bank account number',
    pattern: /\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b/g,
    accepts: (found) => passesMod97(found.replaceAll(' ', '')),
  },
  {
    name: 'a card number',
    pattern: /\b\d(?:[ -]?\d){12,18}\b/g,
    accepts: (found) => passesLuhn(found.replace(/\D/g, '')),
  },
  { name: 'a social security number', pattern: /\b(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}\b/g },
  { name: 'a phone number', pattern: /(?<![\p{L}\p{N}-])(?:\+\d{1,3}[ -]?)(?:\(?\d{1,4}\)?[ -]?){2,5}\d{2,4}\b/gu },
];

/** What kinds of personal data a text holds; the data itself is not given back. */
export function findPii(text: string): string[] {
  return detectors
    .filter(({ pattern, accepts }) => [...text.matchAll(pattern)].some(([found]) => accepts?.(found) ?? true))
    .map(({ name }) => name);
}

export const noPii: ConstraintDescriptor<true> = {
  key: 'noPii',
  summary: 'Holds no personal data (e-mail, phone, card, bank account, social security number; best effort).',
  example: 'true',
  note: 'Found by patterns and check digits. Names and addresses are not found.',
  schema: z.literal(true),
  describe: () => 'Do not include personal data such as e-mail addresses, phone numbers or account numbers.',
  check(_on, { text }) {
    const found = findPii(text);
    return found.length === 0 ? null : `It holds ${found.join(' and ')}.`;
  },
};
