import { contains, parentFolder, relativeTo } from '../../workspace/repoPath.ts';
import type { RepoPath } from '../../workspace/service.ts';
import { fileHere, fileHereOrAbove, fileMatching, folderAsInput, inFolder } from './lookAround.ts';
import type { FoundTests, LanguageRule, Place } from './testRule.ts';

const projectFiles = [
  'pyproject.toml',
  'requirements.txt',
  'setup.py',
  'setup.cfg',
  'Pipfile',
  'tox.ini',
  'manage.py',
];

const runners = {
  'uv.lock': ['uv', 'run'],
  'poetry.lock': ['poetry', 'run'],
  'pdm.lock': ['pdm', 'run'],
  'Pipfile.lock': ['pipenv', 'run'],
} as const satisfies Record<string, readonly [string, string]>;

/** Where pytest is configured, and where it is named as a dependency. */
const configurations: readonly (readonly [file: string, pattern: RegExp])[] = [
  ['pytest.ini', /^/],
  ['pyproject.toml', /^[ \t]*\[tool\.pytest\b/m],
  ['setup.cfg', /^[ \t]*\[tool:pytest\]/m],
  ['tox.ini', /^[ \t]*\[pytest\]/m],
];
const dependency = /(?:^|["'\s[,])pytest(?:["'\s=<>~!;[\]-]|$)/m;

export const pythonRule: LanguageRule = {
  language: 'Python',
  baseImages: /(?:^|[/-])(?:python|pypy|uv|poetry|django|flask|fastapi)(?:[:@/-]|$)/,
  find(place) {
    const marker = fileHere(place, projectFiles) ?? fileMatching(place, /\.py$/);
    if (marker === undefined) return undefined;
    const tests = findTests(place);
    const name = /^[ \t]*name[ \t]*=[ \t]*["']([\w.-]+)["']/m.exec(
      readHere(place, 'pyproject.toml') ?? '',
    )?.[1];
    return {
      marker,
      ...(name === undefined ? {} : { packageName: name }),
      ...(tests === undefined ? {} : { tests }),
    };
  },
};

function findTests(place: Place): FoundTests | undefined {
  const hasTests = place.index.foldersWith.pythonTests.has(place.folder);
  const { prefix, inputs } = runnerOf(place);
  const pytest = pytestReason(place, hasTests);
  if (pytest !== undefined) {
    const command = prefix === undefined ? ['-m', 'pytest'] : [...prefix.slice(1), 'pytest'];
    return { command: [prefix?.[0] ?? 'python3', ...command], because: pytest, inputs };
  }
  const python: readonly [string, ...string[]] = prefix === undefined ? ['python3'] : [...prefix, 'python'];
  const manage = fileHere(place, ['manage.py']);
  if (manage !== undefined && hasTests) {
    return { command: [...python, 'manage.py', 'test'], because: `${manage} and test_*.py files`, inputs };
  }
  const start = unittestStart(place);
  if (start === undefined) return undefined;
  const discover = start === '' ? [] : ['discover', '-s', start];
  return {
    command: [...python, '-m', 'unittest', ...discover],
    because: `test_*.py files in ${inFolder(place.folder, start).replace(/\/$/, '') || 'the repository root'}`,
    inputs,
  };
}

function runnerOf(place: Place) {
  const lock = fileHereOrAbove(place, Object.keys(runners));
  const prefix =
    lock === undefined ? undefined : runners[lock.slice(lock.lastIndexOf('/') + 1) as keyof typeof runners];
  return { prefix, inputs: lock === undefined ? [] : folderAsInput(place, lock) };
}

function pytestReason(place: Place, hasTests: boolean): string | undefined {
  for (const [file, pattern] of configurations) {
    const text = readHere(place, file);
    if (text !== undefined && pattern.test(text))
      return `pytest is configured in ${inFolder(place.folder, file)}`;
  }
  if (!hasTests) return undefined;
  const conftest = fileHere(place, ['conftest.py', 'tests/conftest.py', 'test/conftest.py']);
  if (conftest !== undefined) return `${conftest} and test_*.py files`;
  const files = place.index
    .namesIn(place.folder)
    .filter((name) =>
      /^(?:pyproject\.toml|Pipfile|setup\.(?:py|cfg)|tox\.ini|.*requirements.*\.(?:txt|in))$/.test(name),
    );
  const naming = [...files, 'requirements/dev.txt', 'requirements/test.txt'].find((name) =>
    dependency.test(readHere(place, name) ?? ''),
  );
  return naming === undefined ? undefined : `pytest is named in ${inFolder(place.folder, naming)}`;
}

/**
 * Where `unittest` must start to find the tests: '' when they are in the folder itself or in packages below
 * it, else the first folder that is no package, because discovery does not enter those.
 */
function unittestStart({ folder, index }: Place): string | undefined {
  const tests = index.pythonTests.filter(
    (path) => contains(folder, path) && /(?:^|\/)test[^/]*\.py$/.test(path),
  );
  const [first] = tests;
  if (first === undefined) return undefined;
  const starts = tests.map((path) => startOf(path));
  return starts.includes('') ? '' : starts[0];

  function startOf(path: RepoPath): string {
    let start = '';
    for (let at = parentFolder(path); at !== folder; at = parentFolder(at)) {
      if (!index.hasFile(`${at}/__init__.py`)) return relativeTo(folder, at);
      start = '';
    }
    return start;
  }
}

function readHere(place: Place, name: string): string | undefined {
  const path = inFolder(place.folder, name);
  return place.index.hasFile(path) ? place.read(path) : undefined;
}
