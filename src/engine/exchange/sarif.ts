/** Diagnostics as SARIF 2.1.0, which code hosts show at the line. */
import { pathToFileURL } from 'node:url';
import { isAbsolute } from 'node:path';
import type { Diagnostic, Severity } from '../../protocol/diagnostics.ts';

/** A file with what the linter says of it. */
export interface LintedFile {
  /** Absolute, or relative to where the command ran. */
  readonly file: string;
  readonly diagnostics: readonly Diagnostic[];
}

/** A rule's page of docs, as far as SARIF shows it. */
export interface RuleDocs {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly meaning: string;
}

const LEVELS: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  error: 'error',
  warning: 'warning',
  information: 'note',
};

const uriOf = (file: string): string =>
  isAbsolute(file) ? pathToFileURL(file).href : file.split(/[\\/]/).map(encodeURIComponent).join('/');

/**
 * The diagnostics of files as a SARIF 2.1.0 document, for code scanning.
 *
 * @param rules descriptions of the rules, as far as there are any; every rule that speaks is listed anyway.
 */
export function sarifReport(files: readonly LintedFile[], version: string, rules: readonly RuleDocs[] = []): unknown {
  const spoken = files.flatMap(({ diagnostics }) => diagnostics.map((diagnostic) => diagnostic.rule));
  const ids = [...new Set([...rules.map((rule) => rule.id), ...spoken])];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'promptopt',
            version,
            rules: ids.map((id) => {
              const docs = rules.find((rule) => rule.id === id);
              if (docs === undefined) return { id };
              return {
                id,
                shortDescription: { text: docs.title },
                fullDescription: { text: docs.meaning },
                defaultConfiguration: { level: LEVELS[docs.severity] },
              };
            }),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: files.flatMap(({ file, diagnostics }) =>
          diagnostics.map(({ rule, severity, message, range }) => ({
            ruleId: rule,
            ruleIndex: ids.indexOf(rule),
            level: LEVELS[severity],
            message: { text: message },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: uriOf(file) },
                  region: {
                    startLine: range.start.line + 1,
                    startColumn: range.start.character + 1,
                    endLine: range.end.line + 1,
                    endColumn: range.end.character + 1,
                  },
                },
              },
            ],
          })),
        ),
      },
    ],
  };
}
