import assert from 'node:assert/strict';
import { indexFiles } from '../../../../src/domain/detection/fileIndex.ts';
import { detectTests } from '../../../../src/domain/detection/tests/detectTests.ts';

/** The command found in folder `s` of a repository with these files. */
function check(
  files: Readonly<Record<string, string>>,
  expected: string | undefined,
  baseImages?: string[],
): void {
  const index = indexFiles(Object.keys(files));
  const { tests } = detectTests({ folder: 's', index, read: (path) => files[path] }, baseImages);
  assert.equal(tests?.command.join(' '), expected);
}

const withScript = '{"scripts": {"test": "x"}}';

describe('detectTests', () => {
  it('takes the package manager from the lock file or packageManager, here or above', () => {
    check({ 's/package.json': withScript }, 'npm test');
    check({ 's/package.json': withScript, 's/yarn.lock': '' }, 'yarn test');
    check({ 's/package.json': withScript, 'pnpm-lock.yaml': '' }, 'pnpm test');
    check({ 's/package.json': withScript, 's/bun.lock': '' }, 'bun run test');
    check({ 's/package.json': '{"packageManager": "yarn@4.1.0", "scripts": {"test": "x"}}' }, 'yarn test');
    check(
      {
        's/package.json': withScript,
        'package.json': '{"packageManager": "pnpm@9"}',
        's/package-lock.json': '',
      },
      'npm test',
    );
  });

  it('does not take npm init’s placeholder for tests', () => {
    const placeholder = '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}';
    check({ 's/package.json': placeholder }, undefined);
    check({ 's/package.json': placeholder, 's/lib/a.test.mjs': '' }, 'node --test');
    check({ 's/package.json': '{"scripts": {"test": " "}}', 's/latest.js': '' }, undefined);
  });

  it('finds no tests where there are none to run, because a runner of nothing is green', () => {
    check({ 's/go.mod': 'module x', 's/main.go': '' }, undefined);
    check({ 's/pom.xml': '', 's/src/main/java/A.java': '' }, undefined);
    check({ 's/pyproject.toml': '', 's/app.py': '' }, undefined);
    check({ 's/requirements.txt': 'pytest', 's/app.py': '' }, undefined);
    check({ 's/Gemfile': '' }, undefined);
  });

  it('takes pytest where it is configured or named', () => {
    check({ 's/pytest.ini': '', 's/app.py': '' }, 'python3 -m pytest');
    check({ 's/setup.cfg': '[tool:pytest]\n', 's/a.py': '' }, 'python3 -m pytest');
    check(
      { 's/requirements-dev.txt': 'pytest~=8\n', 's/tests/test_a.py': '', 's/a.py': '' },
      'python3 -m pytest',
    );
    check({ 's/pyproject.toml': 'dev = ["pytest>=8"]\n', 's/test_a.py': '' }, 'python3 -m pytest');
    check(
      { 's/pyproject.toml': '', 's/tests/conftest.py': '', 's/tests/test_a.py': '' },
      'python3 -m pytest',
    );
    check({ 's/requirements.txt': 'not-pytest\npytester\n', 's/test_a.py': '' }, 'python3 -m unittest');
  });

  it('runs Python through the tool whose lock file is there', () => {
    check({ 's/pytest.ini': '', 's/setup.py': '', 's/uv.lock': '' }, 'uv run pytest');
    check({ 's/pyproject.toml': '', 'poetry.lock': '', 's/test_a.py': '' }, 'poetry run python -m unittest');
  });

  it('starts unittest where it finds the tests', () => {
    check({ 's/setup.py': '', 's/test_a.py': '' }, 'python3 -m unittest');
    check({ 's/setup.py': '', 's/tests/__init__.py': '', 's/tests/test_a.py': '' }, 'python3 -m unittest');
    check({ 's/setup.py': '', 's/tests/test_a.py': '' }, 'python3 -m unittest discover -s tests');
    check(
      { 's/setup.py': '', 's/a/tests/__init__.py': '', 's/a/tests/test_a.py': '' },
      'python3 -m unittest discover -s a',
    );
    check({ 's/setup.py': '', 's/tests/unit/test_a.py': '' }, 'python3 -m unittest discover -s tests/unit');
    check({ 's/setup.py': '', 's/a_test.py': '' }, undefined);
  });

  it('prefers wrappers of the repository, wherever they are', () => {
    const tests = { 's/src/test/java/A.java': '' };
    check({ 's/pom.xml': '', ...tests }, 'mvn -B test');
    check({ 's/pom.xml': '', 's/mvnw': '', ...tests }, './mvnw -B test');
    check({ 's/build.gradle.kts': '', gradlew: '', ...tests }, '../gradlew test');
    check({ 's/build.gradle': '', ...tests }, 'gradle test');
  });

  it('names the one test project of .NET, or leaves the choice to the solution', () => {
    const sdk = '<PackageReference Include="Microsoft.NET.Test.Sdk" />';
    check({ 's/a.csproj': '', 's/test/b.csproj': sdk }, 'dotnet test test/b.csproj');
    check({ 's/a.sln': '', 's/x/X.Tests.csproj': '', 's/y/Y.Tests.csproj': '' }, 'dotnet test');
    check({ 's/x/X.Tests.csproj': '', 's/y/Y.Tests.csproj': '' }, undefined);
    check({ 's/a.csproj': '' }, undefined);
  });

  it('asks Ruby, PHP, Rust and Elixir', () => {
    check({ 's/Gemfile': '', 's/spec/a_spec.rb': '' }, 'bundle exec rspec');
    check({ 's/Gemfile': '', 's/bin/rails': '', 's/test/a_test.rb': '' }, 'bin/rails test');
    check({ 's/Gemfile': '', 's/Rakefile': '', 's/test/a_test.rb': '' }, 'bundle exec rake test');
    check({ 's/composer.json': '{}', 's/phpunit.xml.dist': '' }, 'php vendor/bin/phpunit');
    check({ 's/composer.json': '{"scripts": {"test": "pest"}}' }, 'composer test');
    check({ 's/Cargo.toml': '' }, 'cargo test');
    check({ 's/mix.exs': '', 's/test/a_test.exs': '' }, 'mix test');
  });

  it('takes a Makefile’s target test last', () => {
    check({ 's/Makefile': 'build:\ntest: build\n\tx\n' }, 'make test');
    check({ 's/Makefile': 'test := x\ntests:\n' }, undefined);
    check({ 's/Makefile': 'test:\n', 's/package.json': withScript }, 'npm test');
    check({ 's/Makefile': 'test:\n', 's/package.json': '{}' }, 'make test');
  });

  it('asks the language of the base image first where several meet', () => {
    const both = { 's/package.json': withScript, 's/pytest.ini': '', 's/app.py': '' };
    check(both, 'npm test');
    check(both, 'python3 -m pytest', ['python:3.13-slim']);
    check(both, 'python3 -m pytest', ['local/python:3']);
  });
});
