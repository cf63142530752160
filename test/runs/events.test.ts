import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describeError } from '../../src/protocol/errors.ts';
import type { RunEvent } from '../../src/protocol/events.ts';
import { send } from '../support/http-answers.ts';
import { apprenticeCompletion, sendError, startOpenAiServer } from '../support/openai-server.ts';
import { configFor, makeWorkspace, PLANTED_CONTENT, PLANTED_KEY, PLANTED_PROMPT } from '../support/workspace.ts';
import type { Workspace } from '../support/workspace.ts';

/** Twenty constraints with long names: the most an event has to carry. */
const CONSTRAINTS = `constraints:\n${Array.from(
  { length: 20 },
  (_, index) =>
    `  - { name: 'a rule with a rather long name, number ${index}', description: 'Rule ${index}.', maxWords: ${index + 1}, weight: 1 }\n`,
).join('')}`;

const keyOf = ({ path, ordinal }: RunEvent): string => `${path}#${ordinal}`;

async function eventsOf(workspace: Workspace): Promise<RunEvent[]> {
  const engine = workspace.open({ useCache: false });
  try {
    const run = await (
      await engine.plan(await engine.openTask(workspace.spec), { seed: 7, limits: { calls: 250 } })
    ).start();
    const events: RunEvent[] = [];
    for await (const event of run) events.push(event);
    await run.result;
    return events;
  } finally {
    await engine.close();
  }
}

describe('the events of a run', () => {
  let workspace: Workspace;
  afterEach(() => {
    workspace.remove();
  });

  it('have keys of their own, the same in every run of one seed, and carry at most 1 kB each', async () => {
    workspace = makeWorkspace({ more: CONSTRAINTS });
    const [one, two] = [await eventsOf(workspace), await eventsOf(workspace)];
    assert.equal(new Set(one.map(keyOf)).size, one.length);
    // Rows of one evaluation may settle in another order, but not in another number.
    assert.deepEqual(two.map(keyOf).sort(), one.map(keyOf).sort());
    const without = (events: readonly RunEvent[]): string[] =>
      events
        .filter(({ type }) => type !== 'spent' && type !== 'run-ended')
        .map((event) => `${keyOf(event)} ${JSON.stringify(event.data)}`)
        .sort();
    assert.deepEqual(without(two), without(one));
    for (const event of one) {
      const size = Buffer.byteLength(JSON.stringify(event));
      assert.ok(size <= 1024, `${event.type} has ${size} bytes`);
    }
    assert.ok(one.some(({ type }) => type === 'verdict') && one.some(({ type }) => type === 'candidate-evaluated'));
  });

  it('are in the store as they were told, and hold no row, no prompt and no key', async () => {
    const server = await startOpenAiServer((call, response) => {
      send(response, apprenticeCompletion(call));
    });
    workspace = makeWorkspace({ model: 'openai/m', config: configFor(server.baseUrl) });
    const told = await eventsOf(workspace);
    await server.close();
    const database = new DatabaseSync(workspace.database);
    const stored = database.prepare('SELECT path, ordinal, body FROM events ORDER BY arrival').all() as {
      path: string;
      ordinal: number;
      body: string;
    }[];
    assert.deepEqual(
      stored.map(({ body }) => JSON.parse(body) as unknown),
      told,
    );
    for (const table of ['events', 'attempts', 'inputs']) {
      const text = JSON.stringify(database.prepare(`SELECT * FROM ${table}`).all());
      for (const planted of [PLANTED_CONTENT, PLANTED_PROMPT, PLANTED_KEY])
        assert.ok(!text.includes(planted), `${table} holds ${planted}`);
    }
    const runs = JSON.stringify(database.prepare('SELECT * FROM runs').all());
    assert.ok(!runs.includes(PLANTED_KEY));
    database.close();
    const bytes = readFileSync(workspace.database);
    assert.ok(!bytes.includes(PLANTED_KEY), 'the key is in no byte of the store');
  });

  it('and errors of a failing provider tell neither key nor content, though the server quotes both', async () => {
    const server = await startOpenAiServer(({ index, body }, response) => {
      if (index < 40) send(response, apprenticeCompletion({ body }));
      else sendError(response, 401, 'invalid_api_key', {}, `${PLANTED_KEY} ${JSON.stringify(body.messages)}`);
    });
    workspace = makeWorkspace({ model: 'openai/m', config: configFor(server.baseUrl) });
    const engine = workspace.open();
    const run = await (await engine.plan(await engine.openTask(workspace.spec), { limits: { calls: 250 } })).start();
    const events: RunEvent[] = [];
    for await (const event of run) events.push(event);
    const error: unknown = await run.result.then(
      () => null,
      (reason: unknown) => reason,
    );
    await engine.close();
    await server.close();
    const told = `${JSON.stringify(events)} ${describeError(error)} ${error instanceof Error ? `${error.stack} ${String(error.cause)}` : ''}`;
    for (const planted of [PLANTED_CONTENT, PLANTED_PROMPT, PLANTED_KEY]) assert.ok(!told.includes(planted), planted);
    assert.match(describeError(error), /401.*OPENAI_API_KEY.*resume/s);
    assert.equal(events.at(-1)?.type, 'paused');
    assert.ok(!readFileSync(workspace.database).includes(PLANTED_KEY));
  });
});
