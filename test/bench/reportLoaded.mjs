import fs, { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

// Preloaded into a measured process: at its end, what it loaded and the most memory it had.
const files = new Set();
registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) files.add(url);
    return next(url, context);
  },
});
// The bundle loads its scripts as text.
const { readFileSync } = fs;
fs.readFileSync = (path, ...rest) => {
  if (typeof path === 'string' && path.endsWith('.cjs')) files.add(pathToFileURL(path).href);
  return readFileSync(path, ...rest);
};
process.once('exit', () => {
  const { maxRSS } = process.resourceUsage();
  writeFileSync(process.env.TOWLINE_BENCH_REPORT, JSON.stringify({ files: [...files], maxRSS }));
});
