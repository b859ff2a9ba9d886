#!/usr/bin/env node
import { enableCompileCache } from 'node:module';

// Compiled code is kept between processes: half of a short command's time is compiling.
enableCompileCache();
const { main } = await import('./main.ts');
await main(process.argv.slice(2));
