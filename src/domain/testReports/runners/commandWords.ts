/** Name of a program as one types it: without folder, `.exe`, `.cmd` or a script's extension. */
export function programName(word: string): string {
  const name = word.slice(Math.max(word.lastIndexOf('/'), word.lastIndexOf('\\')) + 1);
  return name.replace(/\.(?:exe|cmd|bat|ps1|[cm]?js)$/i, '');
}

/** Values of an option given as `--name=value` or `--name value`, under any of its names. */
export function optionValues(words: readonly string[], ...names: readonly string[]): string[] {
  return words.flatMap((word, index) => {
    const name = names.find((each) => word === each || word.startsWith(`${each}=`));
    if (name === undefined) return [];
    return word === name ? words.slice(index + 1, index + 2) : [word.slice(name.length + 1)];
  });
}

export function isAssignment(word: string): boolean {
  return /^[A-Za-z_]\w*=/.test(word);
}
