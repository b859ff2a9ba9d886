import { Diagnostic, DiagnosticSeverity, Position, Range, type TextDocument } from 'vscode';
import type { Problem } from '../../domain/errors/problem.ts';
import { visibleText } from '../../domain/text/visibleText.ts';

/** A problem at its place: from its column to the end of the word, or of the line where the text is not known. */
export function toDiagnostic({ severity, message, at, next }: Problem, document?: TextDocument): Diagnostic {
  const line = Math.max(0, (at?.line ?? 1) - 1);
  const start = new Position(line, Math.max(0, (at?.column ?? 1) - 1));
  const range =
    (document && line < document.lineCount
      ? document.getWordRangeAtPosition(start, /[^\s:,[\]{}]+/)
      : undefined) ?? new Range(start, new Position(line, Number.MAX_SAFE_INTEGER));
  const diagnostic = new Diagnostic(
    range,
    visibleText(next === undefined ? message : `${message} ${next}`),
    severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
  );
  diagnostic.source = 'Towline';
  return diagnostic;
}
