import { TextDocument } from 'vscode-languageserver-textdocument';
import { yamlDocumentsCache } from 'yaml-language-server/out/src/languageservice/parser/yaml-documents.js';
import { YamlCompletion } from 'yaml-language-server/out/src/languageservice/services/yamlCompletion.js';
import { YAMLHover } from 'yaml-language-server/out/src/languageservice/services/yamlHover.js';
import { YAMLSchemaService } from 'yaml-language-server/out/src/languageservice/services/yamlSchemaService.js';

/** Line and character from 0, in UTF-16 units, as editors count. */
export interface TextPosition {
  readonly line: number;
  readonly character: number;
}

export interface SchemaSuggestion {
  readonly label: string;
  /** Markdown. */
  readonly documentation: string;
  /** What replaces the range, with `${1:…}` for the places to fill in. */
  readonly snippet: string;
  readonly range: { readonly start: TextPosition; readonly end: TextPosition } | undefined;
  readonly isProperty: boolean;
}

/** What an editor asks about a YAML text that has one known schema. */
export interface SchemaLanguage {
  suggest(text: string, position: TextPosition): Promise<readonly SchemaSuggestion[]>;
  /** Markdown, or undefined where there is nothing to say. */
  explain(text: string, position: TextPosition): Promise<string | undefined>;
}

const uri = 'towline:/towline.yaml';

/**
 * Red Hat's YAML language service, of which only completion and hover are loaded: its whole would bring a formatter
 * that is larger than all the rest. It is never let near the network: the one schema is given to it.
 */
export function createSchemaLanguage(schema: object): SchemaLanguage {
  const schemas = new YAMLSchemaService((asked) => Promise.reject(new Error(`${asked} is not looked up`)));
  schemas.registerExternalSchema('towline:/schema.json', ['*'], schema);
  const completion = new YamlCompletion(schemas, {}, yamlDocumentsCache);
  const hover = new YAMLHover(schemas);
  const settings = { completion: true, hover: true, indentation: '  ', hoverSchemaSource: false };
  completion.configure(settings);
  hover.configure(settings);
  let version = 0;
  const documentOf = (text: string): TextDocument => TextDocument.create(uri, 'yaml', ++version, text);

  return {
    async suggest(text, position) {
      const { items } = await completion.doComplete(documentOf(text), position);
      return items.map(({ label, documentation, insertText, textEdit, kind }) => ({
        // An example that is a mapping comes without a name of its own.
        label: label.startsWith('[object') ? keysOf(insertText ?? '') : label,
        documentation: typeof documentation === 'string' ? documentation : (documentation?.value ?? ''),
        snippet: textEdit?.newText ?? insertText ?? label,
        range: textEdit && 'range' in textEdit ? textEdit.range : undefined,
        // Property of the language server protocol.
        isProperty: kind === 10,
      }));
    },
    async explain(text, position) {
      const found = await hover.doHover(documentOf(text), position);
      const contents = found?.contents;
      return contents !== undefined && typeof contents === 'object' && 'value' in contents
        ? contents.value
        : undefined;
    },
  };
}

/** First keys of a mapping in a snippet: `command, timeout`. */
function keysOf(snippet: string): string {
  return Array.from(snippet.matchAll(/^ {2}(?:\$\{\d+:)?(\w+)/gm), ([, key]) => key).join(', ');
}
