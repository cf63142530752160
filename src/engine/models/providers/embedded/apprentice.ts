/**
 * The embedded model: a small deterministic text-to-text model that answers only from its prompt. It is no language
 * model; it matches words. It knows general English (stems, a thesaurus, numbers, months) and nothing of any task.
 */
import { chanceOf } from './chance.ts';
import { chooseLabel } from './choose-label.ts';
import { readConversation } from './conversation.ts';
import type { ApprenticeMessage, Conversation } from './conversation.ts';
import { parseObject, readFields } from './instruction-fields.ts';
import type { FieldBrief } from './instruction-fields.ts';
import { readLabels } from './instruction-labels.ts';
import type { LabelBrief } from './instruction-labels.ts';
import { readRules } from './instruction-rules.ts';
import type { Rules } from './instruction-rules.ts';
import { isJudgement, judge } from './judge.ts';
import { isReflection, propose } from './proposer/propose.ts';
import { ramble, rambleJson } from './ramble.ts';
import { countApprenticeTokens, cutToTokens } from './tokens.ts';
import { extract, writeJson } from './write-json.ts';
import { writeReply } from './write-reply.ts';
import { countWords } from './words.ts';

export { countApprenticeTokens } from './tokens.ts';
export type { ApprenticeMessage } from './conversation.ts';

export interface ApprenticeOptions {
  /** 0…2; at 0 the sample index changes nothing. */
  readonly temperature: number;
  readonly sample: number;
  readonly maxOutputTokens: number;
  /** True when the caller asks for a JSON object, whatever the prompt says. */
  readonly json?: boolean;
  /** A JSON Schema the reply is to follow. */
  readonly schema?: unknown;
}

export interface ApprenticeAnswer {
  readonly text: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** True when `maxOutputTokens` cut the text. */
  readonly truncated: boolean;
}

/** Tokens a chat adds around each message. */
const MESSAGE_OVERHEAD = 3;

/** A section's value as a chat layout writes it: text as it is, anything richer as JSON. */
function textOfValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Answers a chat. Never fails: a prompt it makes nothing of gets a ramble. */
export function answerAsApprentice(
  messages: readonly ApprenticeMessage[],
  options: ApprenticeOptions,
): ApprenticeAnswer {
  const { text, truncated } = cutToTokens(replyTo(messages, options), options.maxOutputTokens);
  return {
    text,
    inputTokens: messages.reduce((sum, message) => sum + countApprenticeTokens(message.content) + MESSAGE_OVERHEAD, 0),
    outputTokens: countApprenticeTokens(text),
    truncated,
  };
}

function replyTo(messages: readonly ApprenticeMessage[], options: ApprenticeOptions): string {
  const { temperature } = options;
  const last = messages.findLast((message) => message.role === 'user')?.content ?? '';
  const chance = chanceOf(last, temperature > 0 ? options.sample + 1 : 0);
  if (isReflection(last)) return propose(last, temperature, chance);
  if (isJudgement(last)) return judge(messages.map((message) => message.content).join('\n\n'), temperature, chance);
  const conversation = readConversation(messages);
  const { instructions, demonstrations, question } = conversation;
  const answers = demonstrations.map((demonstration) => demonstration.answer);
  const asksJson = options.json === true || options.schema !== undefined;
  const showsJson = answers.length > 0 && answers.every((answer) => parseObject(answer) !== null);
  if (asksJson || showsJson || /\bJSON\b/i.test(instructions)) {
    const fields = readFields(
      instructions,
      answers.filter((answer) => parseObject(answer) !== null),
      options.schema,
    );
    const bare = asksJson || /\b(?:only|nothing else|just)\b/i.test(instructions);
    if (fields.length === 0) return rambleJson(question.text);
    return writeJson(extract(conversation, fields, temperature, chance), bare, answers[0]);
  }
  const sections = sectionsAsked(last, answers);
  if (sections.length > 0) {
    const known = readFields(instructions, [], undefined);
    const fields = sections.map((name) => known.find((field) => field.name === name) ?? plainField(name));
    const values = extract(conversation, fields, temperature, chance);
    return sections.map((name) => `[[ ## ${name} ## ]]\n${textOfValue(values[name])}`).join('\n\n');
  }
  const rules = readRules(instructions);
  const brief = readLabels(instructions, answers);
  return isLabelTask(brief, rules, answers)
    ? answerWithLabel(conversation, brief, rules, temperature, chance)
    : writeReply(conversation, rules, temperature, chance);
}

/** The `[[ ## name ## ]]` sections a reply must have: named in backticks by the last message, or shown in answers. */
function sectionsAsked(last: string, answers: readonly string[]): string[] {
  const told = [...last.matchAll(/`\[\[ ## (\w+) ## \]\]`/g)].map(([, name = '']) => name);
  const shown = [...(answers[0] ?? '').matchAll(/^\[\[ ## (\w+) ## \]\]/gm)].map(([, name = '']) => name);
  return [...new Set(told.length > 0 ? told : shown)];
}

const plainField = (name: string): FieldBrief => ({ name, description: '', choices: [], type: null });

function isLabelTask(brief: LabelBrief, rules: Rules, answers: readonly string[]): boolean {
  if (brief.labels.length < 2) return false;
  if (answers.length > 0) return answers.every((answer) => countWords(answer) <= 8);
  return rules.minWords === null && rules.begin === null && (rules.maxWords === null || rules.maxWords <= 10);
}

const LABEL_PATTERN = /"([^"\n[]*)\[[^\]/\n]+(?:\/[^\]/\n]+)+\]([^"\n]*)"/;

function answerWithLabel(
  { instructions, demonstrations, question }: Conversation,
  brief: LabelBrief,
  rules: Rules,
  temperature: number,
  chance: ReturnType<typeof chanceOf>,
): string {
  const find = (answer: string): string =>
    brief.labels.find((label) => label.toLowerCase() === answer.toLowerCase()) ??
    brief.labels.find((label) => answer.toLowerCase().includes(label.toLowerCase())) ??
    answer;
  const examples = demonstrations.map(({ text, answer }) => ({ text, label: find(answer) }));
  const chosen = chooseLabel(question.text, brief.labels, brief.definitions, examples, temperature, chance);
  const label =
    rules.letterCase === 'lower' ? chosen.toLowerCase() : rules.letterCase === 'upper' ? chosen.toUpperCase() : chosen;
  const pattern = LABEL_PATTERN.exec(instructions);
  if (pattern !== null) return `${pattern[1] ?? ''}${label}${pattern[2] ?? ''}`;
  const shown = demonstrations[0];
  if (shown !== undefined) return shown.answer.replace(find(shown.answer), label);
  const short = rules.answerOnly || (rules.maxWords !== null && rules.maxWords <= 3);
  return short ? label : ramble(question.text, label, chance);
}
