/** Milliseconds after which a line that was not asked for counts as folded: the editor asks only for what it shows. */
const longest = 500;

/**
 * Lines that the editor was told to read again and has yet to ask for. Until it has, it knows no line below them, so that
 * what is selected there reads as nothing.
 */
export interface Rereading {
  /** The editor was told; undefined stands for the whole tree. */
  begin(ids: Iterable<string | undefined>): void;
  /** The editor was given what is below the line, or the line is no more. */
  end(id: string | undefined): void;
  /** Resolves once the editor knows the lines it shows: at once where it does, and after half a second in any case. */
  over(): Promise<void>;
}

export function createRereading(): Rereading {
  /** Times at which they count as folded. */
  const awaited = new Map<string | undefined, number>();
  const waiting = new Set<() => void>();

  function isOver(): boolean {
    for (const [id, end] of awaited) if (end <= Date.now()) awaited.delete(id);
    return awaited.size === 0;
  }

  return {
    begin(ids) {
      for (const id of ids) awaited.set(id, Date.now() + longest);
    },
    end(id) {
      awaited.delete(id);
      if (awaited.size === 0) for (const resume of waiting) resume();
    },
    over() {
      if (isOver()) return Promise.resolve();
      return new Promise((resolve) => {
        const resume = (): void => {
          clearTimeout(timer);
          waiting.delete(resume);
          // What it was given the editor takes in before anything else.
          setImmediate(resolve);
        };
        const timer = setTimeout(resume, longest);
        waiting.add(resume);
      });
    },
  };
}
