import assert from 'node:assert/strict';
import { type Fixable, fixCommand } from '../../../src/engine/doctor/fixCommand.ts';

const check = (part: Fixable, platform: string, programs: readonly string[], expected: string | undefined) =>
  assert.equal(
    fixCommand(part, platform, (name) => programs.includes(name)),
    expected,
  );

describe('fixCommand', () => {
  it('installs with what the machine has', () => {
    check('git', 'linux/x64', ['apt-get'], 'sudo apt-get install git');
    check('git', 'darwin/arm64', ['brew', 'xcode-select'], 'brew install git');
    check('kind', 'win32/x64', ['winget'], 'winget install --exact --id Kubernetes.kind');
  });

  it('starts an engine that is installed, and installs one that is not', () => {
    check('engine', 'linux/x64', ['dockerd', 'apt-get'], 'sudo systemctl start docker');
    check('engine', 'linux/arm64', ['apt-get'], 'sudo apt-get install docker.io');
  });

  it('knows none for a machine without the program that would do it, or of another kind', () => {
    check('kind', 'linux/x64', ['apt-get'], undefined);
    check('git', 'freebsd/x64', ['pkg'], undefined);
  });
});
