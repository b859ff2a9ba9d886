import { after, before } from 'mocha';
import { type ControlPlane, startControlPlane } from '../lab/controlPlane.ts';
import { skipTest } from './skipTest.ts';

/** A control plane for the suite alone; without what it needs the suite is skipped. Call inside a `describe`. */
export function useControlPlane(): () => ControlPlane {
  let starting: Promise<ControlPlane> | undefined;
  let control: ControlPlane | undefined;

  before(async function () {
    try {
      starting = startControlPlane();
      control = await starting;
    } catch (error) {
      skipTest(this, error instanceof Error ? error.message : String(error));
    }
  });
  after(async () => {
    // Also one that came up when nobody waited any more.
    await starting?.then(
      ({ stop }) => stop(),
      () => undefined,
    );
  });

  return () => {
    if (!control) throw new Error('The control plane has not been started.');
    return control;
  };
}
