/** How long ago, in the largest unit: `just now`, `5 min ago`, `3 h ago`, `2 d ago`. */
export function formatAge(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} d ago`;
}

/** How long ago, for a line in a narrow sidebar: `now`, `5 min`, `3 h`, `2 d`. */
export function formatShortAge(milliseconds: number): string {
  const age = formatAge(milliseconds);
  return age === 'just now' ? 'now' : age.replace(/ ago$/, '');
}
