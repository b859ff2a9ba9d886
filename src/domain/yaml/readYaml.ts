import { Composer, LineCounter } from 'yaml';
import type { Problem } from '../errors/problem.ts';
import { findStructureProblems } from './findStructureProblems.ts';
import { kubernetesScalars } from './kubernetesScalars.ts';
import { readTokens } from './readTokens.ts';
import { positionAt, type YamlDocument } from './yamlDocument.ts';

/** What a text says as YAML. With any problem of severity `error` there are no documents. */
export interface YamlReading {
  readonly documents: readonly YamlDocument[];
  readonly problems: readonly Problem[];
}

/**
 * Reads the documents of a YAML text (and so of JSON) without ever throwing, and without ever composing a
 * text whose size, nesting or aliases are beyond `yamlLimits`. Keys that stand twice are errors, as they
 * are to kustomize and to the Kubernetes API server.
 *
 * @param file the name that positions carry
 * @param scalars what plain scalars mean: to YAML 1.2, or to the tools of Kubernetes
 */
export function readYaml(text: string, file: string, scalars: 'yaml' | 'kubernetes' = 'yaml'): YamlReading {
  const lines = new LineCounter();
  const source = { file, lines, hasByteOrderMark: text.startsWith('\uFEFF') };
  const problemAt = (offset: number, message: string, severity: Problem['severity'] = 'error'): Problem => ({
    severity,
    message,
    at: positionAt(source, offset),
  });

  const reading = readTokens(text, lines);
  if (reading.kind === 'refused') {
    return { documents: [], problems: [problemAt(reading.offset, `The file ${reading.message}.`)] };
  }
  // The library compares each key of a mapping with every other one; findStructureProblems does it in one pass.
  const composer = new Composer({
    keepSourceTokens: true,
    uniqueKeys: false,
    logLevel: 'silent',
    ...(scalars === 'kubernetes' ? kubernetesScalars : {}),
  });
  const documents: YamlDocument[] = [];
  const problems: Problem[] = [];
  for (const content of composer.compose(reading.tokens, false, text.length)) {
    const document = { ...source, index: documents.length, content };
    documents.push(document);
    for (const { pos, message } of content.errors) problems.push(problemAt(pos[0], sentence(message)));
    for (const { pos, message } of content.warnings) {
      problems.push(problemAt(pos[0], sentence(message), 'warning'));
    }
    if (content.errors.length > 0) continue;
    for (const { offset, message } of findStructureProblems(document)) {
      problems.push(problemAt(offset, `The YAML ${message}.`));
    }
  }
  for (const { pos, message } of composer.streamInfo().errors) {
    problems.push(problemAt(pos[0], sentence(message)));
  }
  const isUsable = problems.every(({ severity }) => severity !== 'error');
  return { documents: isUsable ? documents : [], problems };
}

function sentence(message: string): string {
  return /[.!?]$/.test(message) ? message : `${message}.`;
}
