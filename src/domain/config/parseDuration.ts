const secondsIn = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** Seconds in a text such as "90s", "10m" or "1h30m"; undefined when it is none. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?[smhd])+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/([\d.]+)([smhd])/g)) {
    seconds += Number(amount) * secondsIn[unit as keyof typeof secondsIn];
  }
  return seconds;
}

/** The shortest text that `parseDuration` reads as these seconds, e.g. "1h30m". */
export function formatDuration(seconds: number): string {
  let rest = seconds;
  let text = '';
  for (const unit of ['h', 'm'] as const) {
    const amount = Math.floor(rest / secondsIn[unit]);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * secondsIn[unit];
  }
  return rest > 0 || text === '' ? `${text}${rest}s` : text;
}
