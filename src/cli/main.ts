import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { failureOf, TowlineError } from '../domain/errors/towlineError.ts';
import { createEngine } from '../engine/createEngine.ts';
import type { Consent } from '../engine/ports/consent.ts';
import type { CommandContext, ExitCode } from './commands/commandContext.ts';
import { composePorts, hostFacts } from './composePorts.ts';
import { exitCodes } from './exitCodes.ts';
import { printFailure } from './print/printFailure.ts';
import type { Progress } from './print/progress.ts';
import { ask, createTerminal, type Terminal } from './terminal.ts';
import { version } from './version.ts';

/** The command line: words in, exit code out. */
export async function main(words: readonly string[]): Promise<void> {
  const terminal = createTerminal(process.env);
  const cancel = new AbortController();
  const stop = (): void => {
    // The first asks for a clean end; whoever asks twice means now.
    if (cancel.signal.aborted) process.exit(exitCodes.cancelled);
    cancel.abort(new DOMException('Cancelled', 'AbortError'));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const program = createProgram(words, terminal, cancel.signal, (code) => {
      process.exitCode = code;
    });
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    const code = report(error, terminal, cancel.signal, words.includes('--json'));
    // Of `diff`, 1 is an answer.
    process.exitCode = words[0] === 'diff' && code === exitCodes.failed ? exitCodes.held : code;
  }
}

function report(error: unknown, terminal: Terminal, signal: AbortSignal, json: boolean): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.passed : exitCodes.usage;
  if (signal.aborted) return exitCodes.cancelled;
  const failure = failureOf(error);
  if (json) terminal.out(JSON.stringify({ type: 'error', failure }));
  else printFailure(terminal, failure);
  const usage = TowlineError.is(
    error,
    'config-invalid',
    'service-unknown',
    'environment-unknown',
    'environment-ambiguous',
    'not-a-repository',
    'run-not-found',
    'nothing-to-resume',
    'commit-unknown',
    'workload-unknown',
    'cluster-unknown',
    'context-unknown',
    'agent-unknown',
  );
  return usage ? exitCodes.usage : exitCodes.failed;
}

function createProgram(
  words: readonly string[],
  terminal: Terminal,
  signal: AbortSignal,
  exit: (code: ExitCode) => void,
): Command {
  let progress: Progress | undefined;
  let yes = false;
  let engine: ReturnType<typeof createEngine> | undefined;

  const consent: Consent = {
    async allowBranches({ environment, remote, branches, base }, asked) {
      if (yes) return 'allowed';
      progress?.pause();
      terminal.err(`First proposal to ${environment}: Towline will push to ${remote}, against ${base}:`);
      for (const branch of branches) terminal.err(`  ${branch}`);
      return (await ask(terminal, 'Push these branches, now and in later runs?', ['no', 'yes'], asked)) ===
        'yes'
        ? 'allowed'
        : 'declined';
    },
  };
  const context = (): CommandContext => {
    engine ??= createEngine(composePorts(process.env, consent), hostFacts(process.env));
    return { engine, terminal, folder: process.cwd(), signal };
  };

  const program = new Command('towline')
    .description('Test, build, push and propose: from source to a reviewed change of the image lines in Git.')
    .version(version, '-v, --version')
    .exitOverride()
    .showHelpAfterError('`--help` after the command says what there is.')
    .addHelpText('after', exitCodeHelp);
  const json = (): Option => new Option('--json', 'print JSON, one value a line');

  const describe: Readonly<Record<string, () => void>> = {
    run() {
      program
        .command('run')
        .description('run the pipeline for services (all when none is named)')
        .argument('[service...]')
        .option('--env <name>', 'environment to propose to; asked for when there are several')
        .option('--no-propose', 'stop after the push')
        .option('--plan', 'show what would be done, and why, and do nothing')
        .option('--anyway', 'do every step again, also with unchanged inputs')
        .option(
          '--resume [run]',
          'go on from a run that failed, was cancelled or interrupted (the newest one)',
        )
        .option('-y, --yes', 'answer yes to: may Towline push proposal branches to this remote?')
        .addOption(json())
        .action(async (services: string[], options) => {
          yes = options.yes === true;
          const { run } = await import('./commands/run.ts');
          exit(
            await run(context(), services, options, (ready) => {
              progress = ready;
            }),
          );
        });
    },
    status() {
      program
        .command('status')
        .description('services, environments and where the newest run left them')
        .addOption(json())
        .action(async (options) =>
          exit(await (await import('./commands/status.ts')).status(context(), options)),
        );
    },
    runs() {
      program
        .command('runs')
        .description('the runs that are kept, newest first, and why their steps ran')
        .option('-n, --limit <count>', 'how many', readCount, 10)
        .addOption(json())
        .action(async (options) => exit(await (await import('./commands/runs.ts')).runs(context(), options)));
    },
    logs() {
      program
        .command('logs')
        .description('what happened in a run, with all output; follows one that still goes on')
        .argument('[run]', 'its number; the newest when left out')
        .action(async (run) => exit(await (await import('./commands/logs.ts')).logs(context(), run)));
    },
    cancel() {
      program
        .command('cancel')
        .description('stop a run, also one of another terminal or the editor')
        .argument('[run]', 'its number; the newest that goes on when left out')
        .action(async (run) => exit(await (await import('./commands/cancel.ts')).cancel(context(), run)));
    },
    discard() {
      program
        .command('discard')
        .description("delete a proposal's branch")
        .argument('<service>')
        .option('--env <name>', 'environment it was proposed to')
        .option('-y, --yes', 'answer yes to: delete the branch?')
        .action(async (service, options) =>
          exit(await (await import('./commands/discard.ts')).discard(context(), service, options)),
        );
    },
    verdict() {
      program
        .command('verdict')
        .description('why a rollout is healthy, on its way, stuck or failed: one sentence and what to do')
        .argument('<workload>', 'its name, with its kind where several have it: deployment/api')
        .option('-n, --namespace <name>', "the context's own when left out")
        .option('--context <name>', "kubectl's current context when left out; only read")
        .option('--env <name>', 'environment whose manifests tell the line; its context and namespace count')
        .option('--watch', 'say each change until it is healthy or has failed')
        .option('--timeout <seconds>', 'longest time to watch', readCount, 600)
        .addOption(json())
        .action(async (workload, options) =>
          exit(await (await import('./commands/verdict.ts')).verdict(context(), workload, options)),
        );
    },
    rehearse() {
      program
        .command('rehearse')
        .description(
          'try a change on a local cluster: rendered diff, dry run, rollout, verdict; then remove it',
        )
        .argument('[service]', 'whose proposal is meant; the only one there is when left out')
        .option('--env <name>', 'environment it is proposed to; the only one when left out')
        .addOption(new Option('--branch <name>', 'another branch of the manifests').conflicts('pull'))
        .addOption(new Option('--pull <number>', 'a pull or merge request').argParser(readCount))
        .option('--context <name>', 'kubeconfig context; the only one that is proven local when left out')
        .option('--timeout <seconds>', 'longest time for the rollout', readCount, 300)
        .option('--keep', 'keep it, with local addresses, until Enter or Ctrl-C')
        .option('--open', 'keep it, and open its first address in the browser')
        .option('--forward <port>', 'keep it, with the first address on this port', readCount)
        .option('--clean', 'remove what rehearsals left behind whose process was killed')
        .addOption(json())
        .action(async (service, options) =>
          exit(await (await import('./commands/rehearse.ts')).rehearse(context(), service, options)),
        );
    },
    where() {
      program
        .command('where')
        .description('where a commit is on its way to ready pods: image, proposal, merge, agent, pods')
        .argument('[commit]', 'as Git takes it', 'HEAD')
        .option('--service <name...>', 'those the commit changed when left out')
        .option('--env <name>', 'all when left out')
        .option('--refresh', 'first ask Argo CD or Flux to look now; on clusters that are proven local')
        .addOption(json())
        .action(async (commit, options) =>
          exit(await (await import('./commands/where.ts')).where(context(), commit, options)),
        );
    },
    agent() {
      const ofAgent = (command: Command): Command =>
        command
          .option('--env <name>', 'environment; may be left out where there is one')
          .option(
            '--context <name>',
            "kubeconfig context of the cluster; the environment's own when left out",
          )
          .addOption(json());
      const agent = ofAgent(program.command('agent'))
        .description("keep a local cluster at what an environment's branch says, until Ctrl-C")
        .option('--once', 'apply the newest commit, wait for its rollouts, and end')
        .option('--timeout <seconds>', 'longest time to wait for rollouts', readCount, 600)
        .action(async (options) =>
          exit(await (await import('./commands/agent.ts')).agent(context(), options)),
        );
      ofAgent(agent.command('status'))
        .description('what is applied, and who runs the agent')
        .action(async (_, command: Command) =>
          exit(await (await import('./commands/agent.ts')).agentStatus(context(), command.optsWithGlobals())),
        );
      for (const wish of ['pause', 'resume'] as const)
        ofAgent(agent.command(wish))
          .description(wish === 'pause' ? 'apply nothing until it is resumed' : 'go on')
          .action(async (_, command: Command) =>
            exit(
              await (await import('./commands/agent.ts')).askAgent(
                context(),
                wish,
                command.optsWithGlobals(),
              ),
            ),
          );
    },
    diff() {
      program
        .command('diff')
        .description(
          "what applying an environment's manifests would change on its cluster, asked by dry runs",
        )
        .option('--env <name>', 'may be left out where there is only one')
        .option(
          '--context <name>',
          "the environment's own when left out, else kubectl's current one; only asked",
        )
        .addOption(new Option('--head', "the checkout's commit instead of the environment's branch"))
        .addOption(new Option('--proposal <service>', "a service's proposal instead").conflicts('head'))
        .option('--thorough', "dry-run also what the cluster's own books show to be unchanged")
        .addOption(json())
        .addHelpText('after', diffCodeHelp)
        .action(async (options) => exit(await (await import('./commands/diff.ts')).diff(context(), options)));
    },
    init() {
      program
        .command('init')
        .description('write a commented towline.yaml from what was found')
        .option('--print', 'print it instead')
        .action(async (options) => exit(await (await import('./commands/init.ts')).init(context(), options)));
    },
    doctor() {
      program
        .command('doctor')
        .description('what Towline needs: found where, in which version, what is missing and how to get it')
        .addOption(json())
        .action(async (options) =>
          exit(await (await import('./commands/doctor.ts')).doctor(context(), options)),
        );
    },
    registry() {
      program
        .command('registry')
        .description("Towline's own local registry")
        .argument('<action>', 'status, stop, or remove with its images')
        .action(async (action) => {
          if (action !== 'status' && action !== 'stop' && action !== 'remove')
            program.error(`registry: ${action} is none of status, stop, remove`);
          exit(await (await import('./commands/registry.ts')).registry(context(), action));
        });
    },
    exec() {
      program
        .command('exec')
        .description("run a program in a container, on a local cluster only; its exit code is the command's")
        .argument('<workload>', 'its name, with its kind where several have it; or pod/<name>')
        .argument('[command...]', 'after `--`; a shell when left out')
        .option('--context <name>', 'of the kubeconfig; must be named')
        .option('-n, --namespace <name>', "the context's own when left out")
        .option('-c, --container <name>', "the pod's default one when left out")
        .option('-i, --stdin', 'hand through what comes in; in a terminal it always is')
        .option('--no-tty', 'no terminal for the program, also in one')
        .action(async (workload, words: string[], options) =>
          exit(await (await import('./commands/exec.ts')).exec(context(), workload, words, options)),
        );
    },
    cluster() {
      const cluster = program
        .command('cluster')
        .description('local clusters: the only ones that Towline writes to');
      const clusterCommands = () => import('./commands/localCluster.ts');
      const name = ['[name]', "the cluster's name", 'kind'] as const;
      cluster
        .command('create')
        .description('make a kind cluster with a local registry, or take over the one of that name')
        .argument(...name)
        .option('--image <image>', "for its nodes; kind's own when left out")
        .action(async (named, options) =>
          exit(await (await clusterCommands()).createCluster(context(), named, options)),
        );
      cluster
        .command('delete')
        .description('delete a kind cluster; the registry stays')
        .argument(...name)
        .option('-y, --yes', 'answer yes to: delete it with everything in it?')
        .action(async (named, options) =>
          exit(await (await clusterCommands()).deleteCluster(context(), named, options)),
        );
      cluster
        .command('diagnose')
        .description('which link between the registry and the nodes is broken')
        .argument(...name)
        .option('--repair', 'mend what can be mended')
        .addOption(json())
        .action(async (named, options) =>
          exit(await (await clusterCommands()).diagnoseCluster(context(), named, options)),
        );
      cluster
        .command('status')
        .description('the kind clusters of this engine, and those you allowed')
        .action(async () => exit(await (await clusterCommands()).clusterStatus(context())));
      cluster
        .command('allow')
        .description('count a cluster as local that nothing proves to be')
        .argument('<context>', 'of the kubeconfig')
        .option('-y, --yes', 'answer yes to: count it as local?')
        .action(async (name, options) =>
          exit(await (await import('./commands/allowCluster.ts')).allowCluster(context(), name, options)),
        );
      cluster
        .command('forbid')
        .description('take that back')
        .argument('<context>', 'of the kubeconfig')
        .action(async (name) =>
          exit(await (await import('./commands/allowCluster.ts')).forbidCluster(context(), name)),
        );
    },
  };
  // Describing them all takes longer than many a command; unknown words and `help` are answered with all there are.
  const [word = ''] = words;
  for (const [name, add] of Object.entries(describe))
    if (name === word || !Object.hasOwn(describe, word)) add();
  return program;
}

function readCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('It must be a number above 0.');
  return count;
}

const diffCodeHelp = `
Exit codes:
  0  the cluster is as the manifests say
  1  it differs
  2  the command line or towline.yaml is wrong
  3  it could not be told, or not of every object`;

const exitCodeHelp = `
Exit codes:
  0    everything asked for is done
  1    a step failed
  2    the command line or towline.yaml is wrong
  3    nothing failed, but something waits for you
  130  cancelled`;
