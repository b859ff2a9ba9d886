/** Milliseconds as people say them: `0.4 s`, `12 s`, `2 min 5 s`, `1 h 4 min`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

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
