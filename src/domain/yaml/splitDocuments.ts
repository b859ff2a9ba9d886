/** The text of one YAML document within its file. */
export interface DocumentText {
  readonly text: string;
  /** Lines of the file before it. */
  readonly linesBefore: number;
}

/**
 * Cuts a stream of documents apart without parsing it, so that limits are those of one document and not of the whole
 * stream. YAML keeps `---` at the start of a line for this alone, also within block scalars. Texts without content
 * are left out.
 */
export function splitDocuments(stream: string): readonly DocumentText[] {
  const documents: DocumentText[] = [];
  const marker = /^---(?=[ \t\r\n]|$)/gm;
  let start = 0;
  let lines = 0;
  const cut = (end: number): void => {
    const text = stream.slice(start, end);
    // Directives before a marker belong to the document after it.
    const isPrologue = /^(?:\uFEFF|[ \t]*(?:#.*)?(?:\r?\n|$)|%.*(?:\r?\n|$))*$/.test(text);
    if (isPrologue && /^%/m.test(text)) return;
    if (!isPrologue || /^---[ \t]+[^\s#]/.test(text)) documents.push({ text, linesBefore: lines });
    lines += countLines(text);
    start = end;
  };
  for (const { index } of stream.matchAll(marker)) if (index > start) cut(index);
  cut(stream.length);
  return documents;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
