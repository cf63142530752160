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

export interface TextRange {
  readonly start: TextPosition;
  readonly end: TextPosition;
}

export type Severity = 'error' | 'warning' | 'information';

export interface TextEdit {
  readonly span: TextSpan;
  readonly newText: string;
}

/** One change that would mend a diagnostic; edits do not overlap. */
export interface Fix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

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
