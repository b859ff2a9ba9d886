import { isMap, isSeq } from 'yaml';
import type { Problem } from '../errors/problem.ts';
import { fieldsOf, listOf } from '../kubernetes/objectFields.ts';
import { plainValueOf } from '../yaml/plainValueOf.ts';
import { readYaml } from '../yaml/readYaml.ts';

const lists = ['clusters', 'users', 'contexts'] as const;

/**
 * A kubeconfig with the entries of another one, which replace those of the same names. The current context stays what it
 * was, also none. Comments stay, the layout may not: every tool that writes these files writes them anew.
 */
export function addKubeconfigEntries(
  text: string,
  added: string,
  file: string,
): { readonly text: string } | { readonly problems: readonly Problem[] } {
  const [base, more] = [readYaml(text, file), readYaml(added, 'kind')];
  const problems = [...base.problems, ...more.problems].filter(({ severity }) => severity === 'error');
  if (problems.length > 0) return { problems };
  const news = fieldsOf(more.documents[0] && plainValueOf(more.documents[0]));
  const content = base.documents[0]?.content;
  if (content === undefined || !isMap(content.contents)) {
    const entries = lists.map((list) => `${list}: ${JSON.stringify(news[list] ?? [])}`);
    return { text: `${['apiVersion: v1', 'kind: Config', ...entries].join('\n')}\n` };
  }
  for (const list of lists) {
    const names = listOf(news[list]).map(({ name }) => name);
    const known = content.get(list);
    if (!isSeq(known)) content.set(list, content.createNode(news[list] ?? []));
    else {
      known.items = known.items.filter((item) => !isMap(item) || !names.includes(item.get('name')));
      for (const entry of listOf(news[list])) known.add(content.createNode(entry));
    }
  }
  return { text: String(content) };
}
