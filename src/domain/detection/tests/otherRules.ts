import { contains, relativeTo } from '../../workspace/repoPath.ts';
import { fileHere, fileHereOrAbove, fileMatching, folderAsInput, inFolder } from './lookAround.ts';
import { readJson } from './readJson.ts';
import type { LanguageRule, Place } from './testRule.ts';

export const goRule: LanguageRule = {
  language: 'Go',
  baseImages: /(?:^|[/-])(?:golang|go)(?:[:@-]|$)/,
  find(place) {
    const marker = fileHereOrAbove(place, ['go.mod']);
    if (marker === undefined || !place.index.foldersWith.goSource.has(place.folder)) return undefined;
    const name = /^module[ \t]+(?:\S*\/)?([^\s/]+?)(?:\/v\d+)?[ \t\r]*$/m.exec(place.read(marker) ?? '')?.[1];
    const packageName = name === undefined ? {} : { packageName: name };
    if (!place.index.foldersWith.goTests.has(place.folder)) return { marker, ...packageName };
    const because = `${marker} and *_test.go files`;
    const tests = {
      command: ['go', 'test', './...'],
      because,
      inputs: folderAsInput(place, marker),
    } as const;
    return { marker, ...packageName, tests };
  },
};

export const cargoRule: LanguageRule = {
  language: 'Rust',
  baseImages: /(?:^|[/-])(?:rust|cargo)(?:[:@-]|$)/,
  find(place) {
    const marker = fileHere(place, ['Cargo.toml']);
    if (marker === undefined) return undefined;
    const lock = fileHereOrAbove(place, ['Cargo.lock']);
    const inputs = lock === undefined ? [] : folderAsInput(place, lock);
    // Rust keeps unit tests inside the source, so that they cannot be told from file names.
    return { marker, tests: { command: ['cargo', 'test'], because: marker, inputs } };
  },
};

export const dotnetRule: LanguageRule = {
  language: '.NET',
  baseImages: /(?:^|\/)dotnet\//,
  find(place) {
    const marker = fileMatching(place, /\.(?:sln|slnx|csproj|fsproj|vbproj)$/) ?? projectsBelow(place)[0];
    if (marker === undefined) return undefined;
    const projects = projectsBelow(place).filter((path) => isTestProject(path, place));
    const [only] = projects;
    if (only === undefined) return { marker };
    const solution = fileMatching(place, /\.slnx?$/);
    if (projects.length > 1 && solution === undefined) return { marker };
    const target = projects.length > 1 ? [] : [relativeTo(place.folder, only)];
    return { marker, tests: { command: ['dotnet', 'test', ...target], because: projects.join(', ') } };
  },
};

function projectsBelow({ folder, index }: Place): readonly string[] {
  return index.dotnetProjects.filter((path) => contains(folder, path));
}

function isTestProject(path: string, { read }: Place): boolean {
  return /tests?\.[a-z]+proj$/i.test(path) || /Microsoft\.NET\.Test\.Sdk/.test(read(path) ?? '');
}

export const rubyRule: LanguageRule = {
  language: 'Ruby',
  baseImages: /(?:^|[/-])(?:ruby|rails|jruby)(?:[:@-]|$)/,
  find(place) {
    const marker = fileHere(place, ['Gemfile']);
    if (marker === undefined) return undefined;
    const { rubySpecs, rubyTests } = place.index.foldersWith;
    if (rubySpecs.has(place.folder)) {
      return {
        marker,
        tests: { command: ['bundle', 'exec', 'rspec'], because: `${marker} and *_spec.rb files` },
      };
    }
    if (!rubyTests.has(place.folder)) return { marker };
    const rails = fileHere(place, ['bin/rails']);
    if (rails !== undefined) {
      return { marker, tests: { command: ['bin/rails', 'test'], because: `${rails} and *_test.rb files` } };
    }
    const rakefile = fileHere(place, ['Rakefile']);
    if (rakefile === undefined) return { marker };
    return {
      marker,
      tests: { command: ['bundle', 'exec', 'rake', 'test'], because: `${rakefile} and *_test.rb files` },
    };
  },
};

export const phpRule: LanguageRule = {
  language: 'PHP',
  baseImages: /(?:^|[/-])(?:php|composer|laravel)(?:[:@-]|$)/,
  find(place) {
    const marker = fileHere(place, ['composer.json']);
    if (marker === undefined) return undefined;
    const scripts = readJson(place.read(marker))?.scripts;
    if (typeof scripts === 'object' && scripts !== null && 'test' in scripts) {
      return { marker, tests: { command: ['composer', 'test'], because: `scripts.test in ${marker}` } };
    }
    const phpunit = fileHere(place, ['phpunit.xml', 'phpunit.xml.dist', 'phpunit.dist.xml']);
    if (phpunit === undefined) return { marker };
    return { marker, tests: { command: ['php', 'vendor/bin/phpunit'], because: phpunit } };
  },
};

export const elixirRule: LanguageRule = {
  language: 'Elixir',
  baseImages: /(?:^|[/-])(?:elixir|hexpm)(?:[:@/-]|$)/,
  find(place) {
    const marker = fileHere(place, ['mix.exs']);
    if (marker === undefined) return undefined;
    if (!place.index.foldersWith.elixirTests.has(place.folder)) return { marker };
    return { marker, tests: { command: ['mix', 'test'], because: `${marker} and *_test.exs files` } };
  },
};

/** A `test` target of a Makefile; the last thing asked, because it says nothing of the language. */
export function findMakeTests(place: Place) {
  const makefile = fileHere(place, ['GNUmakefile', 'makefile', 'Makefile']);
  if (makefile === undefined || !/^test[ \t]*:(?![:=])/m.test(place.read(makefile) ?? '')) return undefined;
  return { command: ['make', 'test'], because: `target test in ${inFolder('', makefile)}` } as const;
}
