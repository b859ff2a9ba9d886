import type { DocumentOptions, ParseOptions, SchemaOptions, Tags } from 'yaml';

/**
 * What plain scalars mean to kubectl, Argo CD and Flux, which read YAML 1.1 through go-yaml 2: `yes` is true and `0644`
 * an octal number, but `1e3`, `2001-12-14` and `12:30:00` are texts (its resolve.go).
 */
export const kubernetesScalars: ParseOptions & DocumentOptions & SchemaOptions = {
  version: '1.1',
  customTags: (tags: Tags): Tags => [
    ...tags.filter((tag) => typeof tag !== 'object' || !isReplaced(tag)),
    {
      tag: 'tag:yaml.org,2002:int',
      default: true,
      test: /^[-+]?0o[0-7_]+$/,
      resolve: (text: string) => Number.parseInt(text.replace('0o', '').replaceAll('_', ''), 8),
    },
    {
      tag: 'tag:yaml.org,2002:float',
      default: true,
      test: /^(?=.*[.eE])[-+]?[0-9_]*\.?[0-9_]+(?:[eE][-+][0-9]+)?$/,
      resolve: (text: string) => Number.parseFloat(text.replaceAll('_', '')),
    },
  ],
};

/** Numbers with an exponent, of base 60, and times; floats are put in again with go-yaml's own pattern. */
function isReplaced({ tag, format, test }: Exclude<Tags[number], string>): boolean {
  if (tag === 'tag:yaml.org,2002:timestamp' || format === 'TIME') return true;
  return tag === 'tag:yaml.org,2002:float' && !/inf/.test(String(test));
}
