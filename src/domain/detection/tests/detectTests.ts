import type { Problem } from '../../errors/problem.ts';
import { gradleRule, mavenRule } from './jvmRules.ts';
import { nodeRule } from './nodeRule.ts';
import { cargoRule, dotnetRule, elixirRule, findMakeTests, goRule, phpRule, rubyRule } from './otherRules.ts';
import { pythonRule } from './pythonRule.ts';
import type { FoundTests, LanguageFinding, LanguageRule, Place } from './testRule.ts';

/** In the order in which they are asked; the first that names a command wins. */
export const languageRules: readonly LanguageRule[] = [
  goRule,
  cargoRule,
  mavenRule,
  gradleRule,
  dotnetRule,
  nodeRule,
  pythonRule,
  rubyRule,
  phpRule,
  elixirRule,
];

export interface DetectedTests {
  readonly language?: string;
  readonly packageName?: string;
  readonly tests?: FoundTests;
  readonly problems: readonly Problem[];
}

/**
 * Finds the language of a folder and the command that tests it. Where several languages meet (assets
 * beside a server), the one that the Dockerfile's base images belong to is asked first.
 */
export function detectTests(place: Place, baseImages: readonly string[] = []): DetectedTests {
  const rules = languageRules.toSorted((a, b) => Number(isBuiltOn(b)) - Number(isBuiltOn(a)));
  const findings: (LanguageFinding & { readonly language: string })[] = [];
  for (const rule of rules) {
    const finding = rule.find(place);
    if (finding === undefined) continue;
    findings.push({ ...finding, language: rule.language });
    if (finding.tests !== undefined) break;
  }
  const chosen = findings.find((finding) => finding.tests !== undefined) ?? findings[0];
  const tests = chosen?.tests ?? findMakeTests(place);
  return {
    ...(chosen === undefined ? {} : { language: chosen.language }),
    ...(chosen?.packageName === undefined ? {} : { packageName: chosen.packageName }),
    ...(tests === undefined ? {} : { tests }),
    problems: findings.flatMap(({ problem }) => problem ?? []),
  };

  function isBuiltOn(rule: LanguageRule): boolean {
    return baseImages.some((image) => rule.baseImages.test(image));
  }
}
