/** What the page knows of its run: a snapshot, and the patches since. */
import type { CandidateText, HostMessage, RunPanelState } from '../../src/protocol/messages.ts';

export type PageState =
  | { readonly shows: 'nothing' }
  | { readonly shows: 'gone' }
  | {
      readonly shows: 'run';
      readonly run: RunPanelState;
      /** Texts by candidate, as far as they were asked for; null for one that is not stored any more. */
      readonly texts: ReadonlyMap<string, CandidateText | null>;
    };

export const NOTHING_YET: PageState = { shows: 'nothing' };

/** The state after a message. What came before the first snapshot says nothing and is left out. */
export function receive(page: PageState, message: HostMessage): PageState {
  switch (message.type) {
    case 'snapshot':
      return { shows: 'run', run: message.state, texts: page.shows === 'run' ? page.texts : new Map() };
    case 'patch': {
      if (page.shows !== 'run') return page;
      const { run } = page;
      return { ...page, run: { ...run, ...message.state, view: { ...run.view, ...message.view } } };
    }
    case 'candidate':
      if (page.shows !== 'run') return page;
      return { ...page, texts: new Map(page.texts).set(message.hash, message.text) };
    case 'gone':
      return { shows: 'gone' };
  }
}
