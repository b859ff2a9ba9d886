import assert from 'node:assert/strict';
import { instrumentTests, type TestCommand } from '../../../../src/domain/testReports/instrumentTests.ts';

const reportFile = '/tmp/a report/api.xml';

interface Setting {
  readonly scripts?: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** [runner, words that were added, variables, report], each "-" where there is none. */
function instrument(text: string, { scripts, environment }: Setting = {}): string[] {
  const command = text.split(' ') as [string, ...string[]];
  const packageJson = scripts === undefined ? {} : { packageJson: { scripts } };
  const { command: changed, ...result } = instrumentTests(
    command,
    { ...packageJson, environment: environment ?? {} },
    reportFile,
  );
  const { runner = '-', report } = result;
  const variables = Object.entries(result.environment).map(([name, value]) => `${name}=${value}`);
  const { from, format, ...rest } = report ?? { from: '-', format: '' };
  return [
    runner,
    describeChange(command, changed),
    variables.join(' ') || '-',
    [from, format, ...Object.values(rest)].join(' ').replace(reportFile, 'REPORT').trim(),
  ];
}

function describeChange(before: TestCommand, after: TestCommand): string {
  if (after.join(' ') === before.join(' ')) return '-';
  return after.join(' ').replace(reportFile, 'REPORT');
}

const unchanged = ['-', '-', '-', '-'];
const nodeFile = '--test-reporter=junit "--test-reporter-destination=/tmp/a report/api.xml"';
const nodeOptions = `NODE_OPTIONS=${nodeFile} --test-reporter=spec --test-reporter-destination=stdout`;
const node = ['node', '-', nodeOptions, 'file junit REPORT'];
const vitestWords = '--reporter=default --reporter=junit --outputFile.junit=REPORT';
const vitest = (command: string) => ['vitest', `${command} ${vitestWords}`, '-', 'file junit REPORT'];
const jest = (command: string) => [
  'jest',
  `${command} --json --outputFile=REPORT`,
  '-',
  'file jest-json REPORT',
];
const pytest = ['pytest', '-', "PYTEST_ADDOPTS='--junitxml=/tmp/a report/api.xml'", 'file junit REPORT'];
const mocha = ['mocha', '-', '-', 'stdout mocha'];

type Case = readonly [command: string, expected: readonly string[], setting?: Setting];

const cases: Readonly<Record<string, readonly Case[]>> = {
  'node:test': [
    ['node --test', node],
    ['/usr/bin/node --import tsx --test test/', node],
    ['npm test', node, { scripts: { test: 'node --test' } }],
    ['npm run unit', node, { scripts: { unit: 'tsc && c8 --all node --test | tee log' } }],
    ['node --run unit', node, { scripts: { unit: 'node --test' } }],
    ['node build.js --test', unchanged],
    [
      'node --test --test-reporter=dot',
      ['node', '-', `NODE_OPTIONS=${nodeFile} --test-reporter-destination=stdout`, 'file junit REPORT'],
    ],
    [
      'node --test --test-reporter=dot --test-reporter-destination=stderr',
      ['node', '-', `NODE_OPTIONS=${nodeFile}`, 'file junit REPORT'],
    ],
    ['node --test --test-reporter=dot --test-reporter=tap', ['node', '-', '-', '-']],
    [
      'node --test',
      ['node', '-', nodeOptions.replace('=', '=--enable-source-maps '), 'file junit REPORT'],
      { environment: { NODE_OPTIONS: '--enable-source-maps' } },
    ],
    ['node --test', ['node', '-', '-', '-'], { environment: { NODE_OPTIONS: '--test-reporter=tap' } }],
  ],
  vitest: [
    ['vitest run', vitest('vitest run')],
    ['npx --no-install vitest run', vitest('npx --no-install vitest run')],
    ['npm test', vitest('npm test --'), { scripts: { test: 'tsc -p . && vitest run' } }],
    ['npm test -- cart', vitest('npm test -- cart'), { scripts: { test: 'vitest run' } }],
    ['npm run -s unit', vitest('npm run -s unit --'), { scripts: { unit: 'cross-env CI=1 vitest run' } }],
    ['yarn test', vitest('yarn test'), { scripts: { test: 'vitest run' } }],
    ['pnpm unit', vitest('pnpm unit'), { scripts: { unit: 'vitest run' } }],
    ['bun run unit', vitest('bun run unit'), { scripts: { unit: 'vitest run' } }],
    ['pnpm vitest run', vitest('pnpm vitest run'), { scripts: { test: 'other' } }],
    [
      'npm test -- --reporter=dot',
      [
        'vitest',
        'npm test -- --reporter=dot --reporter=junit --outputFile.junit=REPORT',
        '-',
        'file junit REPORT',
      ],
      { scripts: { test: 'vitest run' } },
    ],
    ['npm test', ['vitest', '-', '-', '-'], { scripts: { test: 'vitest run && echo done' } }],
    ['npm test', ['vitest', '-', '-', '-'], { scripts: { test: 'vitest run # all' } }],
    ['npm test', ['vitest', '-', '-', '-'], { scripts: { test: 'vitest run > log' } }],
    ['npm test', ['vitest', '-', '-', '-'], { scripts: { test: 'npm run unit', unit: 'vitest run' } }],
    ['vitest run --reporter=junit --outputFile=own.xml', ['vitest', '-', '-', 'file junit own.xml']],
    ['vitest run --reporter=json --outputFile=own.json', ['vitest', '-', '-', '-']],
    ['vitest bench', unchanged],
  ],
  jest: [
    ['jest --ci', jest('jest --ci')],
    [
      'node --experimental-vm-modules node_modules/jest/bin/jest.js',
      jest('node --experimental-vm-modules node_modules/jest/bin/jest.js'),
    ],
    ['npm t', jest('npm t --'), { scripts: { test: 'NODE_OPTIONS=--experimental-vm-modules jest' } }],
    ['npm test --workspace api', unchanged, { scripts: { test: 'jest' } }],
    ['jest --json', ['jest', '-', '-', 'stdout jest-json']],
    ['jest --json --outputFile own.json', ['jest', '-', '-', 'file jest-json own.json']],
    ['npx eslint jest', unchanged],
  ],
  mocha: [
    ['npm test', mocha, { scripts: { test: 'mocha test/**/*.js' } }],
    ['mocha --reporter dot', mocha],
    ['mocha -R tap', ['mocha', '-', '-', 'stdout tap']],
    ['mocha --reporter xunit', ['mocha', '-', '-', 'stdout junit']],
    ['mocha --reporter xunit -O output=own.xml', ['mocha', '-', '-', 'file junit own.xml']],
  ],
  Python: [
    ['pytest', pytest],
    ['python3 -m pytest -x', pytest],
    ['py.test', pytest],
    ['uv run pytest', pytest],
    ['coverage run -m pytest', pytest],
    [
      'pytest',
      ['pytest', '-', "PYTEST_ADDOPTS=-q '--junitxml=/tmp/a report/api.xml'", 'file junit REPORT'],
      { environment: { PYTEST_ADDOPTS: '-q' } },
    ],
    ['pytest --junitxml=own.xml', ['pytest', '-', '-', 'file junit own.xml']],
    [
      'pytest',
      ['pytest', '-', '-', 'file junit own out.xml'],
      { environment: { PYTEST_ADDOPTS: "--junit-xml 'own out.xml'" } },
    ],
    ['python3.12 -m unittest discover', ['unittest', '-', '-', 'stderr unittest']],
    ['python manage.py test', ['unittest', '-', '-', 'stderr unittest']],
    ['tox', unchanged],
  ],
  Go: [
    ['go test ./...', ['go', 'go test -json ./...', '-', 'stdout go-json false']],
    ['go test -v ./...', ['go', 'go test -json -v ./...', '-', 'stdout go-json true']],
    ['go test -C cmd ./...', ['go', 'go test -C cmd -json ./...', '-', 'stdout go-json false']],
    ['go test -C=cmd ./...', ['go', 'go test -C=cmd -json ./...', '-', 'stdout go-json false']],
    [
      'env CGO_ENABLED=0 go test ./...',
      ['go', 'env CGO_ENABLED=0 go test -json ./...', '-', 'stdout go-json false'],
    ],
    ['go test -json ./...', ['go', '-', '-', 'stdout go-json false']],
    ['npm test', ['go', '-', '-', '-'], { scripts: { test: 'go test ./...' } }],
    ['gotestsum', ['gotestsum', '-', 'GOTESTSUM_JUNITFILE=/tmp/a report/api.xml', 'file junit REPORT']],
    ['gotestsum --junitfile own.xml', ['gotestsum', '-', '-', 'file junit own.xml']],
    ['go vet ./...', unchanged],
  ],
  others: [
    ['cargo +nightly test', ['cargo', '-', '-', 'stdout cargo']],
    ['cargo build', unchanged],
    [
      './mvnw -B verify',
      [
        'maven',
        '-',
        '-',
        'files junit **/target/surefire-reports/TEST-*.xml,**/target/failsafe-reports/TEST-*.xml',
      ],
    ],
    ['gradlew.bat test', ['gradle', '-', '-', 'files junit **/build/test-results/*/TEST-*.xml']],
    ['make test', unchanged],
    ['npm test', unchanged],
    ['npm test', unchanged, { scripts: { test: 'jest && mocha' } }],
    ['npm test', unchanged, { scripts: { test: 'npm test' } }],
    ['npm run toString', unchanged, { scripts: {} }],
    ['bun test', unchanged, { scripts: { test: 'jest' } }],
  ],
};

describe('instrumentTests', () => {
  for (const [group, rows] of Object.entries(cases)) {
    for (const [command, expected, setting] of rows) {
      const context = setting === undefined ? '' : ` with ${JSON.stringify(setting)}`;
      it(`${group}: ${command}${context}`, () => assert.deepEqual(instrument(command, setting), expected));
    }
  }

  it('looks into a shell line', () => {
    const { runner, report } = instrumentTests(['sh', '-ec', 'cd api; pytest -q'], {}, reportFile);
    assert.deepEqual([runner, report?.from], ['pytest', 'file']);
  });

  it('quotes a Windows path for NODE_OPTIONS and a quotation mark for pytest', () => {
    const windows = instrumentTests(['node', '--test'], {}, 'C:\\a\\r.xml').environment.NODE_OPTIONS;
    assert.match(windows ?? '', /"--test-reporter-destination=C:\\\\a\\\\r\.xml"/);
    const quoted = instrumentTests(['pytest'], {}, "/it's/r.xml").environment.PYTEST_ADDOPTS;
    assert.equal(quoted, `'--junitxml=/it'"'"'s/r.xml'`);
  });
});
