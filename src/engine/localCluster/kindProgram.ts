import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Processes } from '../ports/processes.ts';

/** kind's command line. Lines of its progress go to `onLine`. */
export interface KindProgram {
  /** e.g. `0.27.0` */
  version(signal: AbortSignal): Promise<string | undefined>;
  list(signal: AbortSignal): Promise<readonly string[]>;
  /** Its context goes to `kubeconfig` alone, so that the user's current context stays. Throws `cluster-not-created`. */
  create(
    cluster: {
      readonly name: string;
      readonly image?: string;
      readonly config?: string;
      readonly kubeconfig: string;
    },
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** Missing is fine. Entries of the cluster go from the kubeconfig. Throws `cluster-failed`. */
  delete(
    name: string,
    kubeconfig: string | undefined,
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void>;
  /** The text of a kubeconfig for one cluster; it has secrets. */
  kubeconfig(name: string, signal: AbortSignal): Promise<string>;
}

/** Time for the nodes to get ready. */
const readyLimit = '3m';
/** Last lines of its output that a failure shows. */
const shownLines = 12;

/** Throws `command-not-found`, saying how to get it. */
export function findKind(processes: Processes, folder: string): KindProgram {
  const program = processes.find('kind');
  if (program === undefined)
    throw new TowlineError('command-not-found', {
      why: 'There is no kind on PATH.',
      next: 'Install it: `brew install kind`, `winget install Kubernetes.kind`, `go install sigs.k8s.io/kind@latest`, or https://kind.sigs.k8s.io/docs/user/quick-start/#installation.',
    });
  const environment = Object.fromEntries(
    Object.entries(processes.environment).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );

  async function run(
    words: readonly string[],
    onLine: (line: string) => void,
    signal: AbortSignal,
  ): Promise<{
    readonly exitCode: number | undefined;
    readonly printed: string;
    readonly said: readonly string[];
  }> {
    let printed = '';
    let rest = '';
    const said: string[] = [];
    const take = (text: string): void => {
      // Where it draws a spinner, a line is written over with a carriage return.
      const lines = (rest + text).split(/[\r\n]+/);
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (line.trim() === '') continue;
        said.push(line.trim());
        onLine(line.trim());
      }
    };
    const { exitCode } = await processes.run(
      {
        command: [program ?? '', ...words],
        folder,
        environment,
        onOutput: (text, stream) => {
          if (stream === 'stdout') printed += text;
          else take(text);
        },
      },
      signal,
    );
    take('\n');
    return { exitCode, printed, said };
  }
  const quiet = (): void => undefined;
  function failed(code: 'cluster-not-created' | 'cluster-failed', said: readonly string[]): TowlineError {
    const noImage = said.some((line) => /^(?:✗|X)\s+Ensuring node image/.test(line));
    return new TowlineError(code, {
      why: `${noImage ? 'kind could not get the image for its nodes' : 'kind failed'}:\n${said.slice(-shownLines).join('\n')}`,
      ...(noImage
        ? {
            next: 'Check the network and proxy of the engine, or name an image that it has with --image; `docker pull` of the image named above tells more.',
          }
        : {}),
    });
  }

  return {
    async version(signal) {
      return /\d+\.\d+\.\d+/.exec((await run(['version'], quiet, signal)).printed)?.[0];
    },
    async list(signal) {
      const { exitCode, printed, said } = await run(['get', 'clusters'], quiet, signal);
      if (exitCode !== 0) throw failed('cluster-failed', said);
      return printed.split('\n').flatMap((line) => line.trim() || []);
    },
    async create({ name, image, config, kubeconfig }, onLine, signal) {
      const words = ['create', 'cluster', '--name', name, '--kubeconfig', kubeconfig, '--wait', readyLimit];
      if (image !== undefined) words.push('--image', image);
      if (config !== undefined) words.push('--config', config);
      const { exitCode, said } = await run(words, onLine, signal);
      if (exitCode !== 0) throw failed('cluster-not-created', said);
    },
    async delete(name, kubeconfig, onLine, signal) {
      const words = ['delete', 'cluster', '--name', name];
      if (kubeconfig !== undefined) words.push('--kubeconfig', kubeconfig);
      const { exitCode, said } = await run(words, onLine, signal);
      if (exitCode !== 0) throw failed('cluster-failed', said);
    },
    async kubeconfig(name, signal) {
      const { exitCode, printed, said } = await run(['get', 'kubeconfig', '--name', name], quiet, signal);
      if (exitCode !== 0) throw failed('cluster-failed', said);
      return printed;
    },
  };
}
