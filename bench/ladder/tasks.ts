/** The rungs of the ladder on each example: what each prompt adds to the one before. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ApprenticeMessage } from '../../src/engine/models/providers/embedded/apprentice.ts';
import { scoreOrder, scoreReply, scoreTriage } from './score.ts';
import type { Row, Scored } from './score.ts';

export interface Task {
  readonly name: string;
  readonly json: boolean;
  readonly description: string;
  /** What a proposer is told the constraints are. */
  readonly constraints: readonly string[];
  readonly format: string;
  readonly definitions: string;
  readonly wrongDefinitions: string;
  readonly score: (reply: string, row: Row) => Scored;
  readonly answerOf: (row: Row) => string;
}

const REPLY_CONSTRAINTS = [
  'Begin with "Hello", the first name of the customer and a comma.',
  'Mention the order id.',
  'At most 60 words.',
  'At least 25 words.',
  'Do not use "guarantee", "100%", "definitely" or "promise".',
  'Do not use exclamation marks.',
  'End with "Kind regards, the Northwind team".',
];

export const TASKS: readonly Task[] = [
  {
    name: 'support-triage',
    json: false,
    description: "Sends a customer's message to the team that handles it.",
    constraints: ['Answer with only one word, nothing else.'],
    format: 'Answer with only one of: billing, shipping, returns, technical, account, other.',
    definitions: [
      '- billing: charges, invoices, payments, card, refund not booked, price, VAT, discount code',
      '- shipping: delivery, parcel, tracking, courier, late or lost packages, address of an order',
      '- returns: send back, exchange, wrong size, damaged goods, replacement, unwanted items, return label',
      '- technical: website or app errors, crash, page does not load, setup of a device, bug',
      '- account: login, password, profile, e-mail address, sign up, delete data, newsletter',
      '- other: anything else, such as praise, jobs, opening hours, partnerships',
    ].join('\n'),
    wrongDefinitions: [
      '- shipping: charges, invoices, payments, card, refund not booked, price, VAT, discount code',
      '- billing: delivery, parcel, tracking, courier, late or lost packages, address of an order',
      '- account: send back, exchange, wrong size, damaged goods, replacement, unwanted items, return label',
      '- returns: website or app errors, crash, page does not load, setup of a device, bug',
      '- technical: login, password, profile, e-mail address, sign up, delete data, newsletter',
      '- other: anything else, such as praise, jobs, opening hours, partnerships',
    ].join('\n'),
    score: scoreTriage,
    answerOf: (row) => String(row['expected']),
  },
  {
    name: 'order-email',
    json: true,
    description: 'Reads an order e-mail into the fields the warehouse needs.',
    constraints: [],
    format: 'Answer with only a JSON object with the keys order_id, product, quantity, delivery_date, express.',
    definitions: [
      '- order_id: the number of the order, written as NW-#####',
      '- product: the article in the singular, in lower case',
      '- quantity: how many pieces, as an integer in digits',
      '- delivery_date: the day it is wanted, as YYYY-MM-DD',
      '- express: true or false, true when the customer says urgent, hurry, rush, express',
    ].join('\n'),
    wrongDefinitions: [
      '- order_id: written as ZZ_#########',
      '- product: one of: red, green, blue',
      '- quantity: true or false, whether there are several',
      '- delivery_date: an integer, the number of days',
      '- express: an integer',
    ].join('\n'),
    score: scoreOrder,
    answerOf: (row) => JSON.stringify(row['expected']),
  },
  {
    name: 'customer-reply',
    json: false,
    description: 'Answers a customer of Northwind, a furniture shop, by e-mail.',
    constraints: REPLY_CONSTRAINTS,
    format: 'Write 25 to 60 words. Mention the order id once.',
    definitions: [
      'Begin with "Hello <first name>,".',
      'Say sorry when something went wrong.',
      'Do not use "guarantee", "100%", "definitely" or "promise". Do not use exclamation marks.',
      'End with "Kind regards, the Northwind team".',
    ].join('\n'),
    wrongDefinitions: [
      'Begin with "Yo!!!".',
      'Say "100%" and "definitely".',
      'End with "I promise!".',
      'Write at least 90 words.',
    ].join('\n'),
    score: scoreReply,
    answerOf: (row) => String(row['expected']),
  },
];

const root = join(import.meta.dirname, '../..');

export function rowsOf(task: string, split: 'train' | 'validation' | 'test'): Row[] {
  return readFileSync(join(root, `examples/${task}/data/${split}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line) as Row);
}

/** The messages of a prompt file beside the example, placeholders unfilled. */
export function messagesOf(task: string, file: string): ApprenticeMessage[] {
  const spec = parse(readFileSync(join(root, `examples/${task}/${file}`), 'utf8')) as { messages: ApprenticeMessage[] };
  return spec.messages;
}

export const fill = (text: string, row: Row): string =>
  text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => (typeof row[name] === 'string' ? row[name] : whole));

/** `messages` with more in the system message, and worked examples before the last user message. */
export function extend(
  messages: readonly ApprenticeMessage[],
  more: readonly string[],
  demos: readonly { readonly row: Row; readonly answer: string }[] = [],
): ApprenticeMessage[] {
  const told = messages.map((message) =>
    message.role === 'system'
      ? { ...message, content: [message.content, ...more].filter((part) => part !== '').join('\n') }
      : message,
  );
  const last = told[told.length - 1]!;
  const pairs = demos.flatMap(({ row, answer }): ApprenticeMessage[] => [
    { role: 'user', content: fill(last.content, row) },
    { role: 'assistant', content: answer },
  ]);
  return [...told.slice(0, -1), ...pairs, last];
}
