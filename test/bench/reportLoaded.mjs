import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// Preloaded into a measured process: at its end, what it loaded and the most memory it had.
const files = [];
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) files.push(url);
    return next(url, context);
  },
});
process.once('exit', () => {
  const { maxRSS } = process.resourceUsage();
  writeFileSync(process.env.TOWLINE_BENCH_REPORT, JSON.stringify({ files, maxRSS }));
});
