/** A message beside its parent's, line by line: signs first, colour beside them, long stretches without change folded. */
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { ComparedLine, ComparedMessage } from '../../src/protocol/messages.ts';
import { count, counted } from '../../src/protocol/wording.ts';

/** Unchanged lines kept beside a change. */
const AROUND = 2;
/** Folding fewer than this saves nothing. */
const LEAST_FOLDED = 4;

const SIGNS: Readonly<Record<ComparedLine['kind'], string>> = { same: ' ', added: '+', removed: '−' };

interface Part {
  /** Index of its first line. */
  readonly from: number;
  readonly lines: readonly ComparedLine[];
  readonly folded: boolean;
}

/** The lines in order, in parts to show and parts to fold. A text that is compared with none is shown whole. */
function parts(lines: readonly ComparedLine[], compared: boolean): Part[] {
  if (!compared) return [{ from: 0, lines, folded: false }];
  const near = lines.map((_, at) =>
    lines.slice(Math.max(0, at - AROUND), at + AROUND + 1).some(({ kind }) => kind !== 'same'),
  );
  const found: Part[] = [];
  for (let from = 0; from < lines.length;) {
    let to = from;
    while (to < lines.length && near[to] === near[from]) to++;
    found.push({ from, lines: lines.slice(from, to), folded: near[from] === false && to - from >= LEAST_FOLDED });
    from = to;
  }
  return found;
}

export interface LineDiffProps {
  readonly message: ComparedMessage;
  /** Whether it stands beside a parent's. */
  readonly compared: boolean;
}

export function LineDiff({ message: { name, role, lines }, compared }: LineDiffProps): JSX.Element {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const changed = lines.filter(({ kind }) => kind !== 'same').length;
  return (
    <div class="message">
      <h4>
        <span dir="auto">{name}</span>
        {name === role ? null : <span class="quiet"> {role}</span>}
        {compared ? <span class="quiet"> {changed === 0 ? 'unchanged' : counted(changed, 'changed line')}</span> : null}
      </h4>
      <div class="lines">
        {parts(lines, compared).map(({ from, lines: some, folded }) =>
          folded && !opened.has(from) ? (
            <button
              key={from}
              type="button"
              class="unfold"
              onClick={() => {
                setOpened(new Set(opened).add(from));
              }}
            >
              {count(some.length)} unchanged lines
            </button>
          ) : (
            some.map((line, at) => <Line key={from + at} {...line} />)
          ),
        )}
      </div>
    </div>
  );
}

const Line = ({ kind, text }: ComparedLine): JSX.Element => (
  <div class={`line line-${kind}`}>
    <span class="sign" aria-hidden="true">
      {SIGNS[kind]}
    </span>
    {kind === 'same' ? null : <span class="sr-only">{kind}: </span>}
    <span class="text" dir="auto">
      {text}
    </span>
  </div>
);
