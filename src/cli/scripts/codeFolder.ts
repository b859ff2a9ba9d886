/**
 * The platform's own place for what a program can make again; undefined where the user has told Node a place. It is not
 * the folder for temporary files, Node's own choice: whoever may write there could put in code that is then run.
 */
export function codeFolder(environment: NodeJS.ProcessEnv): string | undefined {
  if (environment.NODE_COMPILE_CACHE) return undefined;
  // Not imported: the start loads no other file of the bundle before code can be kept.
  const home = process.getBuiltinModule('node:os').homedir();
  if (process.platform === 'win32')
    return `${environment.LOCALAPPDATA || `${home}/AppData/Local`}/towline/code`;
  if (process.platform === 'darwin') return `${home}/Library/Caches/towline/code`;
  return `${environment.XDG_CACHE_HOME || `${home}/.cache`}/towline/code`;
}
