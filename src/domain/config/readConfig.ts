import type { Problem } from '../errors/problem.ts';
import { plainValueOf } from '../yaml/plainValueOf.ts';
import { positionOf } from '../yaml/positionOf.ts';
import { readYaml } from '../yaml/readYaml.ts';
import type { Config } from './config.ts';
import { findSchemaProblems } from './findSchemaProblems.ts';
import { findValueProblems } from './findValueProblems.ts';
import { interpretConfig } from './interpretConfig.ts';
import { placeProblems } from './placeProblems.ts';

export interface ConfigReading {
  /** Absent when a problem is an error: a half-understood file is not acted on. */
  readonly config?: Config;
  /** All of them, in the order of the file. */
  readonly problems: readonly Problem[];
}

/** Reads the text of a towline.yaml. `file` is the name that positions carry. */
export function readConfig(text: string, file: string): ConfigReading {
  const { documents, problems } = readYaml(text, file);
  if (problems.some(({ severity }) => severity === 'error')) return { problems };
  const [document, second] = documents;
  if (second !== undefined) {
    const message = 'The file holds more than one YAML document; only one is allowed.';
    return { problems: [{ severity: 'error', message, at: positionOf(second, []) }] };
  }
  const value = document === undefined ? null : plainValueOf(document);
  const locate: Config['locate'] = (path, part) =>
    document === undefined ? { file, line: 1, column: 1 } : positionOf(document, path, part);
  // A file of comments only says nothing, which is allowed.
  const found = value === null ? [] : [...findSchemaProblems(value), ...findValueProblems(value)];
  if (found.length > 0) return { problems: [...problems, ...placeProblems(found, locate)] };
  return { config: interpretConfig(value, locate), problems };
}
