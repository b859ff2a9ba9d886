import { basename } from 'node:path';
import {
  CompletionItem,
  CompletionItemKind,
  type Disposable,
  type DocumentSelector,
  Hover,
  languages,
  MarkdownString,
  Range,
  SnippetString,
  type TextDocument,
  type Uri,
  workspace,
} from 'vscode';
import { configFileNames } from '../../domain/config/config.ts';
import type { Problem } from '../../domain/errors/problem.ts';
import { toDiagnostic } from './toDiagnostic.ts';

interface Position {
  readonly line: number;
  readonly character: number;
}

/** What a language service knows of a YAML text with a schema. */
export interface ConfigLanguage {
  suggest(
    text: string,
    position: Position,
  ): Promise<
    readonly {
      readonly label: string;
      readonly documentation: string;
      readonly snippet: string;
      readonly range: { readonly start: Position; readonly end: Position } | undefined;
      readonly isProperty: boolean;
    }[]
  >;
  explain(text: string, position: Position): Promise<string | undefined>;
}

export interface ConfigLanguageParts {
  /** Loaded when somebody first asks inside a towline.yaml. */
  readonly language: () => Promise<ConfigLanguage>;
  /** Problems of a text, as every host words them. */
  readonly findProblems: (text: string, file: string) => Promise<readonly Problem[]>;
}

/** Milliseconds of rest before a text that is being typed is read. */
const typingPause = 300;

/** Completion, hover and problems in towline.yaml. */
export function createConfigLanguage({ language, findProblems }: ConfigLanguageParts): Disposable {
  const selector: DocumentSelector = configFileNames.map((name) => ({
    scheme: 'file',
    language: 'yaml',
    pattern: `**/${name}`,
  }));
  const problems = languages.createDiagnosticCollection('towline.yaml');
  const timers = new Map<string, NodeJS.Timeout>();
  const isConfig = ({ uri }: TextDocument): boolean =>
    uri.scheme === 'file' && configFileNames.some((name) => name === basename(uri.fsPath));

  async function check(document: TextDocument): Promise<void> {
    const { version } = document;
    const found = await findProblems(document.getText(), basename(document.uri.fsPath));
    if (document.isClosed || document.version !== version) return;
    problems.set(
      document.uri,
      found.map((problem) => toDiagnostic(problem, document)),
    );
  }

  function checkSoon(document: TextDocument, pause: number): void {
    if (!isConfig(document)) return;
    const key = document.uri.toString();
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        check(document).catch(() => undefined);
      }, pause),
    );
  }

  function forget(uri: Uri): void {
    clearTimeout(timers.get(uri.toString()));
    timers.delete(uri.toString());
    problems.delete(uri);
  }

  const owned: readonly Disposable[] = [
    problems,
    languages.registerCompletionItemProvider(
      selector,
      {
        async provideCompletionItems(document, position) {
          const suggestions = await (await language()).suggest(document.getText(), position);
          return suggestions.map(({ label, documentation, snippet, range, isProperty }) => {
            const item = new CompletionItem(
              label,
              isProperty ? CompletionItemKind.Property : CompletionItemKind.Value,
            );
            item.documentation = new MarkdownString(documentation);
            item.insertText = new SnippetString(snippet);
            if (range)
              item.range = new Range(
                range.start.line,
                range.start.character,
                range.end.line,
                range.end.character,
              );
            return item;
          });
        },
      },
      ' ',
      ':',
    ),
    languages.registerHoverProvider(selector, {
      async provideHover(document, position) {
        const text = await (await language()).explain(document.getText(), position);
        return text === undefined ? undefined : new Hover(new MarkdownString(text));
      },
    }),
    workspace.onDidOpenTextDocument((document) => checkSoon(document, 0)),
    workspace.onDidChangeTextDocument(({ document }) => checkSoon(document, typingPause)),
    workspace.onDidCloseTextDocument(({ uri }) => forget(uri)),
  ];
  for (const document of workspace.textDocuments) checkSoon(document, 0);
  return {
    dispose() {
      for (const timer of timers.values()) clearTimeout(timer);
      for (const part of owned) part.dispose();
    },
  };
}
