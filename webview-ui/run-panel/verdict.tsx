/** The verdict on rows no optimizer saw: in a sentence, then its evidence. */
import type { JSX } from 'preact';
import type { VerdictSummary } from '../../src/protocol/events.ts';
import { counted, pValue, percent, plusMinus, score, signed } from '../../src/protocol/wording.ts';
import { Icon } from '../components.tsx';
import { ScoreBar } from '../score-bar.tsx';

const ICONS: Readonly<Record<VerdictSummary['outcome'], string>> = {
  better: 'pass-filled',
  worse: 'error',
  'no-significant-difference': 'circle-slash',
  'original-kept': 'circle-slash',
};

const BASIS: Readonly<Record<VerdictSummary['basis'], string>> = {
  'held-out': 'held-out, no optimizer saw them',
  'cross-fitted': 'cross-fitted, weaker than held-out rows',
};

/** An effect beyond every table comes from differences that do not vary. */
const effect = (value: number): string => (Math.abs(value) > 1e6 ? 'beyond measure' : value.toFixed(2));

export function Verdict({ verdict }: { readonly verdict: VerdictSummary }): JSX.Element {
  const { before, after, difference, effectSize, outcome, sentence } = verdict;
  return (
    <section class={`verdict verdict-${outcome}`} aria-labelledby="verdict-title">
      <h2 id="verdict-title">
        <Icon name={ICONS[outcome]} /> <span>{sentence}</span>
      </h2>
      <dl class="before-after">
        <dt>Before</dt>
        <dd>
          <ScoreBar estimate={before} kind="faint" />
          <span class="number">{plusMinus(before)}</span>
        </dd>
        <dt>After</dt>
        <dd>
          <ScoreBar estimate={after} kind="strong" />
          <span class="number">{plusMinus(after)}</span>
        </dd>
      </dl>
      <dl class="evidence">
        <Fact name="Difference">
          {signed(difference.mean)}, 95 % interval [{difference.interval.map(signed).join(', ')}]
        </Fact>
        <Fact name="Test">
          {pValue(verdict.pValue)}, {verdict.test}
        </Fact>
        <Fact name="Effect">
          {effectSize.name} {effect(effectSize.value)}
        </Fact>
        <Fact name="Rows">
          {counted(verdict.rows, 'row')}, {BASIS[verdict.basis]}
          {verdict.rowsLeftOut > 0 ? `; the budget left ${counted(verdict.rowsLeftOut, 'row')} out` : ''}
        </Fact>
        <Fact name="These rows can show">a difference of {score(verdict.detectableDifference)} or more</Fact>
      </dl>
      <ConstraintsBeforeAfter verdict={verdict} />
    </section>
  );
}

const Fact = ({
  name,
  children,
}: {
  readonly name: string;
  readonly children: JSX.Element | (string | JSX.Element)[] | string;
}): JSX.Element => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function ConstraintsBeforeAfter({
  verdict: { constraints },
}: {
  readonly verdict: VerdictSummary;
}): JSX.Element | null {
  if (constraints.length === 0) return null;
  return (
    <div class="wide">
      <table class="constraints">
        <caption class="sr-only">Rows on which each constraint held</caption>
        <thead>
          <tr>
            <th scope="col">Constraint held</th>
            <th scope="col" class="number">
              Before
            </th>
            <th scope="col" class="number">
              After
            </th>
          </tr>
        </thead>
        <tbody>
          {constraints.map(({ name, before, after }) => (
            <tr key={name}>
              <td dir="auto">{name}</td>
              <td class="number">{percent(before)}</td>
              <td class="number">{percent(after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
