import { fileHere, fileHereOrAbove, folderAsInput, programFrom } from './lookAround.ts';
import type { LanguageFinding, LanguageRule, Place } from './testRule.ts';

const baseImages =
  /(?:^|[/-])(?:maven|gradle|openjdk|jdk\d*|jre\d*|java\d*|eclipse-temurin|amazoncorretto|zulu-openjdk)(?:[:@/-]|$)/;

export const mavenRule: LanguageRule = {
  language: 'Java (Maven)',
  baseImages,
  find: (place) => findProject(place, ['pom.xml'], 'mvnw', 'mvn', ['-B', 'test']),
};

export const gradleRule: LanguageRule = {
  language: 'Java (Gradle)',
  baseImages,
  find: (place) => findProject(place, ['build.gradle', 'build.gradle.kts'], 'gradlew', 'gradle', ['test']),
};

function findProject(
  place: Place,
  buildFiles: readonly string[],
  wrapper: string,
  program: string,
  rest: readonly string[],
): LanguageFinding | undefined {
  const marker = fileHere(place, buildFiles);
  if (marker === undefined) return undefined;
  if (!place.index.foldersWith.jvmTests.has(place.folder)) return { marker };
  const found = fileHereOrAbove(place, [wrapper]);
  const top = fileHereOrAbove(place, ['settings.gradle', 'settings.gradle.kts']) ?? found;
  return {
    marker,
    tests: {
      command: [found === undefined ? program : programFrom(place.folder, found), ...rest],
      because: `${marker} and src/test`,
      inputs: top === undefined ? [] : folderAsInput(place, top),
    },
  };
}
