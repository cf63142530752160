/** What the linter says of a file, in a form every front end can show. */

/** UTF-16 offsets into the file's text, end exclusive. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** Zero-based line and UTF-16 column, as VS Code and the Language Server Protocol count. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

/** A place in a file by line and column, end exclusive. */
export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

/** `error`: the file cannot be run. `warning`: it runs and likely not as meant. `information`: worth knowing. */
export type Severity = 'error' | 'warning' | 'information';

/** Puts `newText` in place of a span. */
export interface TextEdit {
  readonly span: TextSpan;
  readonly newText: string;
}

/** One change that would mend a diagnostic; edits do not overlap. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** One thing a rule has to say of one place in a file. */
export interface Diagnostic {
  /** The rule's id, e.g. `unknown-key`. */
  readonly rule: string;
  readonly severity: Severity;
  /** A sentence: what is wrong and what to do. */
  readonly message: string;
  readonly span: TextSpan;
  readonly range: TextRange;
  readonly fix?: Fix;
  /** Puts in the comment that silences it here; absent where nothing but mending helps. */
  readonly disable?: TextEdit;
}
