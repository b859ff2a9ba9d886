import Mocha from 'mocha';

const reasons = new WeakMap<object, string>();

/** Skips the running test, or all tests of a `before` hook's suite, and says why in the list at the end. */
export function skipTest(context: Mocha.Context, reason: string): never {
  const runnable = context.runnable();
  reasons.set(runnable, reason);
  if (!(runnable instanceof Mocha.Test) && runnable.parent) reasons.set(runnable.parent, reason);
  return context.skip();
}

export function readSkipReason(test: Mocha.Test): string | undefined {
  for (let at: Mocha.Test | Mocha.Suite | undefined = test; at; at = at.parent) {
    const reason = reasons.get(at);
    if (reason !== undefined) return reason;
  }
  return undefined;
}
