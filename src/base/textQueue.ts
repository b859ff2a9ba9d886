/** Text on its way from many writers to one reader. */
export interface TextQueue {
  /** A promise where there is too much already: it resolves when there is room again. */
  write(text: string): Promise<void> | undefined;
  /** After what has been written the reader ends, or fails; what is written later is dropped. */
  end(failure?: { readonly error: unknown }): void;
  /** Everything that has been written since, together. */
  read(): AsyncGenerator<string>;
}

/** @param limit characters that are held at most, but for what one writer adds at a time */
export function createTextQueue(limit: number): TextQueue {
  let held: string[] = [];
  let size = 0;
  let room = Promise.withResolvers<void>();
  let news = Promise.withResolvers<void>();
  let ended: { readonly failure?: { readonly error: unknown } } | undefined;

  return {
    write(text) {
      if (ended) return undefined;
      held.push(text);
      size += text.length;
      news.resolve();
      return size > limit ? room.promise : undefined;
    },
    end(failure) {
      ended ??= failure ? { failure } : {};
      news.resolve();
      room.resolve();
    },
    async *read() {
      for (;;) {
        const text = held.join('');
        held = [];
        size = 0;
        room.resolve();
        room = Promise.withResolvers();
        if (text !== '') yield text;
        else if (ended?.failure) throw ended.failure.error;
        else if (ended) return;
        else {
          await news.promise;
          news = Promise.withResolvers();
        }
      }
    },
  };
}
