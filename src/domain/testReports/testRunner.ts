/** Programs that run tests and whose reports Towline can switch on or read. */
export type TestRunner =
  | 'node'
  | 'vitest'
  | 'jest'
  | 'mocha'
  | 'pytest'
  | 'unittest'
  | 'go'
  | 'gotestsum'
  | 'cargo'
  | 'maven'
  | 'gradle';
