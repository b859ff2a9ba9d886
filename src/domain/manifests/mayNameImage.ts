/** UTF-16 units before a name in which the key is looked for that the name would be the value of. */
const keyRoom = 128;

/** A key whose value is no image; anchored values are left to be parsed, as they may be used elsewhere. */
const otherKey = /[\s{,[]["']?(?![\w.\-/]*image)[\w.\-/]+["']?:[ \t]+["']?$/i;
const templateSign = /[$%<]|\{\{/;
const imageLine = /image["']?\s*:(.*)/i;
const beyondReference = /[^a-z0-9._/:@"'\-\s]/;

/**
 * Whether a file's text can hold one of these repositories' paths as an image of a container, or in a list of
 * images that another program writes. False is certain for names that are written without YAML's escapes; true
 * only means that the file has to be parsed.
 */
export function mayNameImage(content: string, names: readonly string[]): boolean {
  return names.some((name) => name === '' || holdsName(content, name));
}

function holdsName(content: string, name: string): boolean {
  let lineEnd = -1;
  for (let at = content.indexOf(name); at >= 0; at = content.indexOf(name, at + 1)) {
    if (isWhole(content, at, at + name.length) && !isOtherValue(content, at)) return true;
    if (at <= lineEnd) continue;
    const start = content.lastIndexOf('\n', at) + 1;
    const end = content.indexOf('\n', at);
    lineEnd = end < 0 ? content.length : end;
    if (mayBeTemplate(content.slice(start, lineEnd), name)) return true;
  }
  return false;
}

/** Whether the name ends a path, and a tag, a digest or nothing follows; with a space behind the colon it is a key. */
function isWhole(content: string, at: number, end: number): boolean {
  const before = content[at - 1] ?? '\n';
  const after = content[end] ?? '\n';
  if (!/[\s"'/:,=[{]/.test(before)) return false;
  return after === ':' ? /\S/.test(content[end + 1] ?? '\n') : /[\s"'@,\]}|]/.test(after);
}

function isOtherValue(content: string, at: number): boolean {
  const before = at < keyRoom ? `\n${content.slice(0, at)}` : content.slice(at - keyRoom, at);
  return otherKey.test(before);
}

/** An image that is filled in later may have the name anywhere. */
function mayBeTemplate(line: string, name: string): boolean {
  const text = line.replace(/\s#.*$/, '');
  if (!text.includes(name)) return false;
  if (templateSign.test(text)) return true;
  const value = imageLine.exec(text)?.[1] ?? '';
  return value.includes(name) && beyondReference.test(value);
}
