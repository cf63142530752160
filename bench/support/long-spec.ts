/** A prompt file of a given length: messages, inputs, outputs, constraints, then `testData` for the rest of the lines. */

const LABELS = ['billing', 'shipping', 'returns', 'technical', 'account', 'other'];

/** @param lines at least 60. @param rows rows of `testData`; the lines left over are text of the system message. */
export function longSpec(lines: number, rows: number): string {
  const head = [
    'name: support-triage',
    "description: Sends a customer's message to the team that handles it.",
    'model: embedded/apprentice',
    'modelParameters:',
    '  temperature: 0',
    'inputs:',
    '  message: { type: string, description: What the customer wrote }',
    'outputs:',
    `  team: { type: string, enum: [${LABELS.join(', ')}] }`,
    'constraints:',
    ...LABELS.map((label, index) => `  - { name: rule ${label}, maxWords: ${index + 1}, weight: 1 }`),
    'metrics: { accuracy: 0.8, constraints: 0.2 }',
    'messages:',
    '  - role: user',
    "    content: 'Message: {{message}}'",
  ];
  const data = Array.from({ length: rows }, (_, index) => [
    `  - message: 'My order ${31_000 + index} came with the wrong colour. Can I swap it, or send it back?'`,
    `    expected: ${LABELS[index % LABELS.length] ?? ''}`,
  ]).flat();
  const rest = lines - head.length - data.length - 3;
  if (rest < 1) throw new Error(`${rows} rows do not fit in ${lines} lines.`);
  const prose = Array.from({ length: rest }, (_, index) => `      - case ${index}: say which team should take it.`);
  return [
    ...head.slice(0, -2),
    '  - role: system',
    '    content: |-',
    ...prose,
    ...head.slice(-2),
    'testData:',
    ...data,
    '',
  ].join('\n');
}
