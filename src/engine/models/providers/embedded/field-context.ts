/** What a field of an extraction is filled from. */
import type { Chance } from './chance.ts';

export interface FieldContext {
  readonly text: string;
  readonly parts: Readonly<Record<string, string>>;
  /** What demonstrations show for this field, each with its text. */
  readonly shown: readonly { readonly text: string; readonly value: unknown }[];
  /** Stems of the values other fields may take: a number right before one of them counts those things. */
  readonly things: ReadonlySet<string>;
  readonly temperature: number;
  readonly chance: Chance;
}
