import assert from 'node:assert/strict';
import { throughGithub } from '../../../src/engine/experiments/choose-models.ts';

const asked = { target: 'openai/gpt-4o-mini', proposer: 'anthropic/claude' };
const onlyGithub = { keyed: ['github'], ownOpenAi: false };

describe('a model of OpenAI where GitHub’s is the one key', () => {
  it('is asked at GitHub Models, and the note says so', () => {
    const moved = throughGithub(asked, onlyGithub);
    assert.deepEqual(moved?.models, { target: 'github/openai/gpt-4o-mini', proposer: 'anthropic/claude' });
    assert.equal(
      moved.note,
      'GITHUB_TOKEN is the only key set, so openai/gpt-4o-mini is asked at GitHub Models; set OPENAI_API_KEY to ask OpenAI.',
    );
    const both = throughGithub({ target: 'openai/a', proposer: 'openai/b' }, onlyGithub);
    assert.match(both?.note ?? '', /openai\/a and openai\/b are asked/);
  });

  it('stays where it is with another key, an address of one’s own, or without any key', () => {
    for (const keys of [
      { keyed: ['github', 'openai'], ownOpenAi: false },
      { keyed: ['github', 'anthropic'], ownOpenAi: false },
      { keyed: ['github'], ownOpenAi: true },
      { keyed: [], ownOpenAi: false },
    ])
      assert.equal(throughGithub(asked, keys), null);
    const named = { target: 'github/openai/gpt-4o', proposer: 'embedded/apprentice' };
    assert.equal(throughGithub(named, onlyGithub), null);
  });
});
