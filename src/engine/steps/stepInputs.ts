import type { KeyInputs } from '../../domain/keys/keyInputs.ts';
import type { Hold } from '../../domain/runs/hold.ts';
import { contentKey, filesDigest, keyOver } from '../keys/contentKey.ts';
import type { Look } from '../keys/look.ts';
import { isHold, type KnownInputs, type Step, type StepContext } from './step.ts';

/** Everything a step's result depends on. */
export async function readInputs(
  step: Pick<Step, 'inputs' | 'files'>,
  context: StepContext,
  look: Look,
): Promise<KeyInputs | Hold> {
  const others = await step.inputs(context, look);
  if (isHold(others) || !step.files) return others;
  const { inputs } = await step.files.read(context, look);
  return { ...inputs, ...others };
}

/** The same as far as the run knows it, with no look at files that are known to be what they were. */
export async function knownInputs(step: Step, context: StepContext): Promise<KnownInputs | Hold> {
  const { files, name } = step;
  const others = await step.inputs(context, 'known');
  if (isHold(others)) return others;
  if (!files) return knownAs(others);
  const { scope, service } = context;
  const place = `${name} ${service.name}`;
  const selection = files.selection(context);
  const kept = scope.keptFiles.find(place, selection);
  if (kept !== undefined)
    return {
      key: keyOver(others, kept),
      read: async () => ({ ...(await files.read(context, 'known')).inputs, ...others }),
    };
  const { inputs, asked } = await files.read(context, 'known');
  const digest = filesDigest(inputs);
  scope.keptFiles.saw(place, { selection, digest, asked });
  return { key: keyOver(others, digest), read: () => Promise.resolve({ ...inputs, ...others }) };
}

/** Inputs that have been read. */
export function knownAs(inputs: KeyInputs): KnownInputs {
  return { key: contentKey(inputs), read: () => Promise.resolve(inputs) };
}
