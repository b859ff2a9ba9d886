import { isAbsolute, join } from 'node:path';
import { formatGoTestLine } from '../../domain/testReports/formatGoTestLine.ts';
import { readTestReport } from '../../domain/testReports/readTestReport.ts';
import { recogniseTestOutput } from '../../domain/testReports/recogniseTestOutput.ts';
import type { ReportSource } from '../../domain/testReports/reportSource.ts';
import { mergeTestReports, type TestReport } from '../../domain/testReports/testReport.ts';
import type { Files } from '../ports/files.ts';
import type { OutputStream } from '../ports/processes.ts';

/** Characters of output that are kept for a report on it; beyond them only the end is. */
const keptOutput = 16 * 1024 * 1024;
const keptTail = 16 * 1024;

/** Output of a test command on its way to the log, kept as far as a report may be read from it. */
export interface TestOutputReader {
  take(text: string, stream: OutputStream): void;
  /** No more output comes. */
  end(): void;
  of(stream: OutputStream): string;
  tail(): string;
}

export function createTestOutput(
  source: ReportSource | undefined,
  show: (text: string) => void,
): TestOutputReader {
  const kept = { stdout: '', stderr: '' };
  let tail = '';
  let line = '';
  const events = source?.from === 'stdout' && source.format === 'go-json' ? source : undefined;

  const showText = (text: string): void => {
    tail = (tail + text).slice(-keptTail);
    show(text);
  };
  return {
    take(text, stream) {
      if (kept[stream].length < keptOutput) kept[stream] += text;
      if (!events || stream === 'stderr') return showText(text);
      const lines = (line + text).split('\n');
      line = lines.pop() ?? '';
      const shown = lines.map((event) => formatGoTestLine(event, events.verbose)).join('');
      if (shown !== '') showText(shown);
    },
    end() {
      if (line !== '' && events) showText(formatGoTestLine(line, events.verbose));
      line = '';
    },
    of: (stream) => kept[stream],
    tail: () => tail,
  };
}

/** What the runner reported, from where it reports; undefined when it does not. */
export function readReport(
  files: Files,
  source: ReportSource | undefined,
  output: TestOutputReader,
  folder: string,
  startedAt: number,
): TestReport | undefined {
  const context = { folder };
  if (!source) {
    const format = recogniseTestOutput(output.of('stdout'));
    return format && readTestReport(format, output.of('stdout'), context);
  }
  switch (source.from) {
    case 'file': {
      const text = files.readText(isAbsolute(source.file) ? source.file : join(folder, source.file));
      return text === undefined ? undefined : readTestReport(source.format, text, context);
    }
    case 'files': {
      const found = source.patterns.flatMap((pattern) => files.findNewer(folder, pattern, startedAt));
      const texts = found.map((file) => files.readText(file) ?? '');
      return texts.length === 0
        ? undefined
        : mergeTestReports(texts.map((text) => readTestReport(source.format, text, context)));
    }
    case 'stdout':
    case 'stderr':
      return readTestReport(source.format, output.of(source.from), context);
  }
}
