/**
 * Steps from the root of an object to a part of it: keys, and items of lists by their name, as the order of items
 * differs between an object and its patches; by index where items have no name.
 */
export type FieldPath = readonly (string | number | { readonly name: string })[];

export interface FoundField {
  readonly value: unknown;
  /** The same steps with every item by its index. */
  readonly path: readonly (string | number)[];
}

/** The part of a value that a path leads to; undefined where there is none. */
export function readField(root: unknown, path: FieldPath): FoundField | undefined {
  let value = root;
  const steps: (string | number)[] = [];
  for (const step of path) {
    const key = keyOf(value, step);
    if (key === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, key))
      return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[key];
    steps.push(key);
  }
  return { value, path: steps };
}

function keyOf(value: unknown, step: FieldPath[number]): string | number | undefined {
  if (typeof step === 'string') return Array.isArray(value) ? undefined : step;
  if (!Array.isArray(value)) return undefined;
  if (typeof step === 'number') return step;
  const index = value.findIndex((item: unknown) => isNamed(item, step.name));
  return index < 0 ? undefined : index;
}

function isNamed(item: unknown, name: string): boolean {
  return typeof item === 'object' && item !== null && 'name' in item && item.name === name;
}
