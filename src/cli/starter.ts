/** What `promptopt init` writes: a task small enough to read in a minute, with rows to replace by one's own. */

export const STARTER_DATA_FILE = 'data/rows.jsonl';

/** @param name the task's name, as in `NAME.prompt.yaml`. */
export const starterSpec = (name: string): string => `# A prompt, what it should do, and how to tell whether it does.
name: ${JSON.stringify(name)}
description: Sorts what customers write about a product.

# The model the prompt is for. embedded/apprentice runs anywhere without a key and is no language model:
# put your own here, e.g. openai/gpt-4o-mini, and set OPENAI_API_KEY.
model: embedded/apprentice

# The variables of the prompt, and what a reply holds.
inputs:
  text: { type: string, description: What the customer wrote }
outputs:
  kind: { type: string, enum: [praise, problem, question] }

# What every reply should keep, and how a row is scored.
constraints:
  - { name: one word, description: 'Answer with only one word, nothing else.', maxWords: 1 }
metrics: { accuracy: 0.8, constraints: 0.2 }

# Rows to learn from, to choose by and to prove the gain on. Replace them by your own: from 60 rows on
# some are held out for the verdict; a hundred or more make it sharp.
data:
  file: ${STARTER_DATA_FILE}
  split: { train: 0.35, validation: 0.35, test: 0.3, seed: 7 }

# How to search, and the limits that hold whatever happens.
optimize:
  strategy: auto
  budget: { calls: 400, usd: 1 }
  seed: 7

# The prompt itself. {{text}} is filled in for every row.
messages:
  - role: system
    content: You read what customers write about our product and sort it.
  - role: user
    content: 'Text: {{text}}'
`;

const praise = [
  'The new dashboard is wonderful, it saves me an hour every day.',
  'Support answered within five minutes. Impressive.',
  'I love how fast the search has become.',
  'Best note app I have ever used, thank you.',
  'Setting it up was a pleasure, everything just worked.',
  'Great update, the dark colours are easy on my eyes.',
  'My whole team enjoys working with it.',
  'The offline mode is fantastic on train rides.',
  'Beautiful design and very quick.',
  'Thank you for the excellent documentation.',
  'The keyboard shortcuts are a delight.',
  'Really happy with the price for what we get.',
  'Importing our old notes was perfect, not one was lost.',
  'Five stars, I recommend it to everybody.',
  'The calendar view is exactly what we had hoped for, lovely work.',
  'So glad we switched, it is a joy to use.',
  'Your onboarding call was friendly and helpful, we are delighted.',
  'Amazing how well the handwriting recognition works.',
  'The team behind this is great, bugs are gone within days.',
  'I enjoy every single release.',
  'The tablet version is superb.',
];
const problem = [
  'The app crashes when I open a large file.',
  'Since the update syncing does not work any more.',
  'I cannot log in, it says my password is wrong.',
  'Exporting to PDF gives an empty page.',
  'The search never finds notes with umlauts.',
  'Notifications arrive hours too late.',
  'My notes from last week are missing.',
  'The page stays blank after I press save.',
  'Images are broken in every shared note.',
  'It freezes as soon as I paste a table.',
  'The invoice shows the wrong company name.',
  'Printing fails with an error.',
  'Two of my folders have disappeared.',
  'The mobile app drains the battery within an hour.',
  'Every second upload stops half way and fails.',
  'The undo button deletes the whole paragraph instead.',
  'I am charged twice for one month, that is an error.',
  'The editor is broken in Firefox, the cursor jumps.',
  'Sharing a note shows an error to everybody but me.',
  'The reminder did not work and I missed a meeting.',
  'Sorting by date is wrong since yesterday.',
];
const question = [
  'How do I share a note with somebody outside my team?',
  'Is there a discount for schools?',
  'Can I change the language of the menu?',
  'Where do I find my invoices?',
  'Does it work without an internet connection?',
  'What is the largest file I can attach?',
  'How can I move notes between folders?',
  'Will there be a version for Linux?',
  'Which payment methods do you accept?',
  'Can two people edit the same note at once?',
  'How long are deleted notes kept?',
  'Is my data stored in Europe?',
  'Could you tell me where the settings are?',
  'What happens to my notes when I cancel?',
  'Do you offer an API for our own tools?',
  'How many people can join the free plan?',
  'Can I get a copy of all notes as text?',
  'When will the next version come out?',
  'Is it possible to lock a single note?',
  'Who in my team can see private folders?',
  'Where can I read about what changed?',
];

const rowsOf = (expected: string, texts: readonly string[]): string[] =>
  texts.map((text) => JSON.stringify({ text, expected }));

export const starterRows = (): string =>
  `${[...rowsOf('praise', praise), ...rowsOf('problem', problem), ...rowsOf('question', question)].join('\n')}\n`;
