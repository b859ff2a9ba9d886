/** The value of a `RUN --mount=` flag, as far as it says what a build needs from outside. */
export type Mount =
  | { readonly type: 'secret' | 'ssh'; readonly id: string; readonly from?: undefined }
  | { readonly type: 'bind' | 'cache'; readonly from?: string; readonly source: string }
  | { readonly type: 'other'; readonly from?: undefined };

export function readMount(value: string): Mount {
  const fields = new Map<string, string>();
  for (const field of value.split(',')) {
    const equals = field.indexOf('=');
    const name = (equals < 0 ? field : field.slice(0, equals)).trim().toLowerCase();
    fields.set(name, equals < 0 ? '' : field.slice(equals + 1).trim());
  }
  const type = fields.get('type') ?? 'bind';
  if (type === 'secret') return { type, id: fields.get('id') ?? lastPart(targetOf(fields)) };
  if (type === 'ssh') return { type, id: fields.get('id') ?? 'default' };
  if (type !== 'bind' && type !== 'cache') return { type: 'other' };
  const from = fields.get('from');
  const source = fields.get('source') ?? fields.get('src') ?? '.';
  return { type, source, ...(from === undefined ? {} : { from }) };
}

function targetOf(fields: ReadonlyMap<string, string>): string {
  return fields.get('target') ?? fields.get('dst') ?? fields.get('destination') ?? '';
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
