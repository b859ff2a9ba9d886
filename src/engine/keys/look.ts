/**
 * How a key looks at the disk. `known`: at each path as this run saw it last, so that all keys taken before work
 * agree and look once. `fresh`: at each path as it is now, which is from then on what the run knows of it.
 */
export type Look = 'known' | 'fresh';
