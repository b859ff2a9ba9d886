/** Colours and other renditions; every other escape sequence could move the cursor, rename the window or worse. */
const rendition = /\x1b\[[0-9;:]*m/y;

/** Controls, and characters that reorder or hide text (Unicode bidirectional and zero-width formatting). */
const hidden =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/;

/**
 * Text from outside as it may go to a terminal: control and reordering characters are shown as `\u{…}`, so that
 * a branch, a test's name or a log line cannot pretend to be something else. Line ends and tabs stay; a
 * carriage return before a line end is dropped.
 * @param colours whether renditions (`ESC [ … m`) stay, for output of the user's own programs
 */
export function visibleText(text: string, colours = false): string {
  if (!hidden.test(text)) return text;
  let result = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (!hidden.test(character)) result += character;
    else if (character === '\r' && text[at + 1] === '\n') continue;
    else if (character === '\x1b' && matchRendition(text, at)) {
      const sequence = matchRendition(text, at);
      if (colours) result += sequence;
      at += sequence.length - 1;
    } else result += `\\u{${character.charCodeAt(0).toString(16)}}`;
  }
  return result;
}

function matchRendition(text: string, at: number): string {
  rendition.lastIndex = at;
  return rendition.exec(text)?.[0] ?? '';
}
