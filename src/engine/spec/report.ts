/** Collecting what is wrong with a file, each problem at its place. */
import type { Diagnostic, Fix, Severity, TextSpan } from '../../protocol/diagnostics.ts';
import type { Path, SpecDocument } from './spec-document.ts';

export interface Report {
  /** At the value of a path. */
  at(rule: string, severity: Severity, path: Path, message: string, fix?: Fix): void;
  /** At the key of a path. */
  atKey(rule: string, severity: Severity, path: Path, message: string, fix?: Fix): void;
  atSpan(rule: string, severity: Severity, span: TextSpan, message: string, fix?: Fix): void;
  readonly diagnostics: readonly Diagnostic[];
}

export function createReport(document: SpecDocument): Report {
  const diagnostics: Diagnostic[] = [];
  const atSpan: Report['atSpan'] = (rule, severity, span, message, fix) => {
    diagnostics.push({
      rule,
      severity,
      message,
      span,
      range: document.rangeOf(span),
      ...(fix === undefined ? {} : { fix }),
    });
  };
  return {
    diagnostics,
    atSpan,
    at(rule, severity, path, message, fix) {
      atSpan(rule, severity, document.spanOf(path), message, fix);
    },
    atKey(rule, severity, path, message, fix) {
      atSpan(rule, severity, document.keySpanOf(path), message, fix);
    },
  };
}
