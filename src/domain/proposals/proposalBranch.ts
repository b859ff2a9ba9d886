/** Every branch of ours starts with this. */
export const branchPrefix = 'towline/';

/** One branch for each service of an environment, or one for all of them when they are grouped. */
export function proposalBranch(environment: string, service: string, group: boolean): string {
  return `${branchPrefix}${refPart(environment)}/${group ? 'all' : refPart(service)}`;
}

/** Git's rules for one component of a ref name (git-check-ref-format): what they forbid becomes `-`. */
function refPart(name: string): string {
  const cleaned = name
    .replace(/[\x00-\x20\x7f~^:?*[\]\\/]+/g, '-')
    .replace(/\.{2,}|@\{/g, '-')
    .replace(/^[.-]+|(?:[.-]|\.lock)+$/g, '');
  return cleaned === '' || cleaned === '@' ? 'unnamed' : cleaned;
}
