import type { Problem } from '../errors/problem.ts';
import type { Config } from './config.ts';
import type { ConfigProblem } from './configProblem.ts';

/** Says where each problem stands, in the order of the file. */
export function placeProblems(found: readonly ConfigProblem[], locate: Config['locate']): readonly Problem[] {
  return found
    .map(({ path, part, message, next }) => ({
      severity: 'error' as const,
      message,
      at: locate(path, part),
      ...(next === undefined ? {} : { next }),
    }))
    .sort((a, b) => a.at.line - b.at.line || a.at.column - b.at.column);
}
