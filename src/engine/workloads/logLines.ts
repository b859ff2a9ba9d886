/** Longest line that is held; a longer one comes in pieces. Characters. */
const longestLine = 65_536;

const timestamp = /^\d{4}-\d\d-\d\dT/;

/** Where reading a log on begins: when its last line was written, and how many lines were written then. */
export interface LogPosition {
  readonly time: string;
  readonly count: number;
}

/** Makes whole lines, as they are shown, of a log that comes in pieces and with timestamps. */
export interface LogLines {
  /** The lines that these make whole, each with its end. */
  push(text: string): string;
  /** The last line, where it has no end. */
  rest(): string;
  /** The log is read anew from `position` on, or from its beginning: lines that were there already are left out. */
  again(): void;
  readonly position: LogPosition | undefined;
}

export function createLogLines(prefix: string, timestamps: boolean): LogLines {
  let begun = '';
  /** The line's beginning has been shown already. */
  let goesOn = false;
  let position: LogPosition | undefined;
  /** Lines of `position`'s time that come once more; undefined when nothing is repeated any more. */
  let repeated: number | undefined;

  function show(line: string): string {
    if (goesOn) return `${prefix}${line}\n`;
    const space = line.indexOf(' ');
    const time = space < 0 ? line : line.slice(0, space);
    // The node's own words where it has no log to give: of one that was read before, they tell nothing.
    if (!timestamp.test(time)) return position ? '' : `${prefix}${line}\n`;
    if (repeated !== undefined && position) {
      // A cluster takes a time to the second only, so that more comes again than was asked for.
      if (time < position.time) return '';
      if (time === position.time && repeated > 0) {
        repeated -= 1;
        return '';
      }
      repeated = undefined;
    }
    position = { time, count: position?.time === time ? position.count + 1 : 1 };
    const said = space < 0 ? '' : line.slice(space + 1);
    return `${prefix}${timestamps ? `${time} ` : ''}${said}\n`;
  }

  return {
    push(text) {
      let shown = '';
      let from = 0;
      for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
        shown += show(begun + text.slice(from, end));
        begun = '';
        goesOn = false;
        from = end + 1;
      }
      begun += text.slice(from);
      if (begun.length > longestLine) {
        shown += show(begun);
        begun = '';
        goesOn = true;
      }
      return shown;
    },
    rest() {
      const last = begun === '' ? '' : show(begun);
      begun = '';
      goesOn = false;
      return last;
    },
    again() {
      begun = '';
      goesOn = false;
      repeated = position?.count;
    },
    get position() {
      return position;
    },
  };
}
