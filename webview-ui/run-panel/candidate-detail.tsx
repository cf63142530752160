/** The candidate that is looked at: its figures, what changed from its parent, what it shows the model. */
import type { JSX } from 'preact';
import type { CandidateView } from '../../src/protocol/folds/run-view.ts';
import type { CandidateText } from '../../src/protocol/messages.ts';
import { counted, estimate, money, percent } from '../../src/protocol/wording.ts';
import { Tag } from '../components.tsx';
import { ScoreBar } from '../score-bar.tsx';
import { ParentLink } from './candidate-table.tsx';
import { LineDiff } from './line-diff.tsx';

export interface CandidateDetailProps {
  readonly candidate: CandidateView;
  /** Undefined until it came; null when it is not stored any more. */
  readonly text: CandidateText | null | undefined;
  readonly best: boolean;
  readonly onSelect: (hash: string) => void;
}

export function CandidateDetail({ candidate, text, best, onSelect }: CandidateDetailProps): JSX.Element {
  const { number, origin, note, parents, parentNumbers, split, costPerCall, unparsed, reason } = candidate;
  return (
    <section class="detail" aria-labelledby="detail-title">
      <div class="section-head">
        <h2 id="detail-title">
          Candidate {number} <Tag>{best ? `${origin}, best` : origin}</Tag>
        </h2>
      </div>
      <p class="run-facts">
        <span dir="auto">{note}</span>
        {candidate.estimate === null ? null : (
          <span>
            {estimate(candidate.estimate)} of {split ?? 'the data'}
          </span>
        )}
        {costPerCall === null ? null : <span>{money(costPerCall)} a call</span>}
        {unparsed === 0 ? null : <span>{counted(unparsed, 'reply')} that could not be read</span>}
        {parentNumbers.length === 0 ? null : (
          <span>
            from{' '}
            {parentNumbers.map((parent, at) => (
              <ParentLink key={parent} number={parent} hash={parents[at]} reachable onSelect={onSelect} />
            ))}
          </span>
        )}
        {reason === null ? null : <span dir="auto">dropped: {reason}</span>}
      </p>
      <Constraints candidate={candidate} />
      {text === undefined ? (
        <div class="skeleton skeleton-text" role="status">
          <span class="sr-only">Loading the candidate’s text.</span>
        </div>
      ) : text === null ? (
        <p class="quiet">The text of this candidate is not stored any more.</p>
      ) : (
        <Text text={text} />
      )}
    </section>
  );
}

const Text = ({ text: { hash, against, messages, demonstrations } }: { readonly text: CandidateText }): JSX.Element => (
  <>
    <h3>{against === null ? 'The prompt' : `Changes from candidate ${against}`}</h3>
    {messages.map((message, at) => (
      <LineDiff key={`${hash} ${at}`} message={message} compared={against !== null} />
    ))}
    {demonstrations.length === 0 ? null : (
      <details class="demonstrations">
        <summary>
          {counted(demonstrations.length, 'demonstration')} <span class="quiet">· content of your rows</span>
        </summary>
        <ol>
          {demonstrations.map(({ inputs, assistant }, at) => (
            <li key={at}>
              <dl>
                {Object.entries(inputs).map(([name, value]) => (
                  <div key={name}>
                    <dt>{name}</dt>
                    <dd dir="auto">{value}</dd>
                  </div>
                ))}
                <div class="assistant">
                  <dt>assistant</dt>
                  <dd dir="auto">{assistant}</dd>
                </div>
              </dl>
            </li>
          ))}
        </ol>
      </details>
    )}
  </>
);

function Constraints({ candidate: { constraints } }: { readonly candidate: CandidateView }): JSX.Element | null {
  if (constraints.length === 0) return null;
  return (
    <div class="wide">
      <table class="constraints">
        <caption class="sr-only">Constraints of this candidate</caption>
        <thead>
          <tr>
            <th scope="col">Constraint</th>
            <th scope="col" class="number">
              Held on
            </th>
            <th scope="col" class="number">
              Share
            </th>
          </tr>
        </thead>
        <tbody>
          {constraints.map(({ name, passed, rows }) => {
            const share = rows === 0 ? 0 : passed / rows;
            return (
              <tr key={name}>
                <td dir="auto">{name}</td>
                <td class="number">
                  {passed} of {counted(rows, 'row')}
                </td>
                <td class="number">
                  <ScoreBar estimate={{ mean: share, low: share, high: share }} kind="faint" />
                  {rows === 0 ? '—' : percent(share)}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
