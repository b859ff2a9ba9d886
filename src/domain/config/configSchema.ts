import schema from '../../../media/towline.schema.json' with { type: 'json' };
import type { YamlPath } from '../yaml/positionOf.ts';

/** The parts of JSON Schema that the shipped schema uses. */
export interface SchemaNode {
  readonly title?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: boolean | SchemaNode;
  readonly items?: SchemaNode;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Ends the sentence "<path> is <value>; it …". Editors show it, too. */
  readonly patternErrorMessage?: string;
  readonly examples?: readonly unknown[];
}

export const configSchema: SchemaNode = schema;

/** The node that describes the value at a path; undefined where the schema knows none. */
export function schemaAt(path: YamlPath): SchemaNode | undefined {
  let node: SchemaNode | undefined = configSchema;
  for (const step of path) {
    if (typeof step === 'number') node = node?.items;
    else if (node?.properties && Object.hasOwn(node.properties, step)) node = node.properties[step];
    else node = typeof node?.additionalProperties === 'object' ? node.additionalProperties : undefined;
  }
  return node;
}
