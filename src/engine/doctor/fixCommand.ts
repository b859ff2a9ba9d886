/** What can be mended by one command, where the machine has the program that does it. */
export type Fixable = 'git' | 'engine' | 'kubectl' | 'kustomize' | 'helm' | 'kind';

type Platform = 'linux' | 'darwin' | 'win32';

interface Way {
  /** Program that must be there. */
  readonly program: string;
  readonly command: string;
}

const ways: Readonly<Record<Fixable, Partial<Readonly<Record<Platform, readonly Way[]>>>>> = {
  git: {
    linux: [
      { program: 'apt-get', command: 'sudo apt-get install git' },
      { program: 'dnf', command: 'sudo dnf install git' },
      { program: 'pacman', command: 'sudo pacman -S git' },
    ],
    darwin: [
      { program: 'brew', command: 'brew install git' },
      { program: 'xcode-select', command: 'xcode-select --install' },
    ],
    win32: [{ program: 'winget', command: 'winget install --exact --id Git.Git' }],
  },
  engine: {
    linux: [
      { program: 'dockerd', command: 'sudo systemctl start docker' },
      { program: 'apt-get', command: 'sudo apt-get install docker.io' },
    ],
    darwin: [
      { program: 'docker', command: 'open -a Docker' },
      { program: 'brew', command: 'brew install --cask docker' },
    ],
    win32: [
      { program: 'docker', command: 'docker desktop start' },
      { program: 'winget', command: 'winget install --exact --id Docker.DockerDesktop' },
    ],
  },
  kubectl: {
    linux: [
      { program: 'snap', command: 'sudo snap install kubectl --classic' },
      { program: 'brew', command: 'brew install kubectl' },
    ],
    darwin: [{ program: 'brew', command: 'brew install kubectl' }],
    win32: [{ program: 'winget', command: 'winget install --exact --id Kubernetes.kubectl' }],
  },
  kustomize: {
    linux: [{ program: 'brew', command: 'brew install kustomize' }],
    darwin: [{ program: 'brew', command: 'brew install kustomize' }],
    win32: [{ program: 'winget', command: 'winget install --exact --id Kubernetes.kustomize' }],
  },
  helm: {
    linux: [
      { program: 'snap', command: 'sudo snap install helm --classic' },
      { program: 'brew', command: 'brew install helm' },
    ],
    darwin: [{ program: 'brew', command: 'brew install helm' }],
    win32: [{ program: 'winget', command: 'winget install --exact --id Helm.Helm' }],
  },
  kind: {
    linux: [{ program: 'brew', command: 'brew install kind' }],
    darwin: [{ program: 'brew', command: 'brew install kind' }],
    win32: [{ program: 'winget', command: 'winget install --exact --id Kubernetes.kind' }],
  },
};

/** The command that gets or starts it on this machine; undefined where none is known that would work. */
export function fixCommand(
  part: Fixable,
  /** `linux/x64` */
  platform: string,
  hasProgram: (name: string) => boolean,
): string | undefined {
  const [system] = platform.split('/');
  const known = ways[part][system as Platform] ?? [];
  return known.find(({ program }) => hasProgram(program))?.command;
}
