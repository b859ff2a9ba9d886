import type { Problem, SourcePosition } from '../../domain/errors/problem.ts';
import type { Failure } from '../../domain/errors/towlineError.ts';
import type { Hold } from '../../domain/runs/hold.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { Terminal } from '../terminal.ts';

/** Failing tests shown at once; the log has all of them. */
const shownTests = 10;

/** What, why, what next. */
export function printFailure(terminal: Terminal, failure: Failure, indent = ''): void {
  const { style } = terminal;
  terminal.err(`${indent}${style('red', failure.what)}`);
  const why = failure.problems?.length
    ? failure.problems.map(describeProblem)
    : [...placeOf(failure.at), ...failure.why.split('\n')];
  for (const line of why) terminal.err(`${indent}  ${visibleText(line)}`);
  for (const { name, message, file, line } of failure.failedTests?.slice(0, shownTests) ?? []) {
    terminal.err(
      `${indent}  ${style('red', '✗')} ${visibleText(name)}${file ? style('dim', ` ${file}${line ? `:${line}` : ''}`) : ''}`,
    );
    for (const text of message.split('\n').slice(0, 6)) terminal.err(`${indent}      ${visibleText(text)}`);
  }
  const more = (failure.failedTests?.length ?? 0) - shownTests;
  if (more > 0) terminal.err(`${indent}  … and ${more} more`);
  terminal.err(`${indent}  ${style('cyan', '→')} ${failure.next}`);
}

export function printHold(terminal: Terminal, hold: Hold, indent = ''): void {
  const [first = '', ...others] = hold.why.split('\n');
  terminal.err(`${indent}${terminal.style('yellow', visibleText(first))}`);
  for (const line of others) terminal.err(`${indent}  ${visibleText(line)}`);
  for (const way of hold.ways) terminal.err(`${indent}  ${terminal.style('cyan', '→')} ${visibleText(way)}`);
}

export function describeProblem({ message, at, next, severity }: Problem): string {
  const place = at ? `${at.file}:${at.line}:${at.column}: ` : '';
  return visibleText(
    `${place}${severity === 'warning' ? 'warning: ' : ''}${message}${next ? ` ${next}` : ''}`,
  );
}

function placeOf(at: SourcePosition | undefined): readonly string[] {
  return at ? [`${at.file}:${at.line}:${at.column}`] : [];
}
