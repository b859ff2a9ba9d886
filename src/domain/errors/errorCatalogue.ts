/**
 * Every way a run can fail, in the user's words. `what` is the headline and `next` the first thing to try;
 * the *why* belongs to the occurrence and is given by whoever throws.
 */
export const errorCatalogue = {
  // Repository and configuration
  'git-missing': {
    what: 'Git was not found',
    next: 'Install Git 2.31 or later and make sure `git --version` works in a terminal.',
  },
  'not-a-repository': {
    what: 'This folder is not in a Git repository',
    next: 'Open a folder of a repository, or run `git init` first.',
  },
  'config-invalid': {
    what: 'towline.yaml has errors',
    next: 'Correct the places named above; `towline init --print` shows what Towline finds without it.',
  },
  'service-unknown': {
    what: 'There is no such service',
    next: 'Run `towline status` to see the services Towline found.',
  },
  'environment-unknown': {
    what: 'There is no such environment',
    next: 'Run `towline status` to see the environments Towline found.',
  },
  'environment-ambiguous': {
    what: 'There are several environments and none was named',
    next: 'Name one with `--env`, or use `--no-propose` to stop after the push.',
  },

  // Test
  'tests-failed': {
    what: 'Tests failed',
    next: 'Correct the failing tests; no image is built until they pass.',
  },
  'tests-not-found': {
    what: 'The test command ran no tests',
    next: 'Name the command under `tests` in towline.yaml, or say `tests: none`.',
  },
  'command-not-found': {
    what: 'A program was not found',
    next: 'Install it or correct the command in towline.yaml.',
  },
  'timed-out': {
    what: 'The step took longer than its time limit',
    next: 'Raise its `timeout` in towline.yaml, or find out what it waits for.',
  },
  'inputs-changed': {
    what: 'Files changed while the step ran',
    next: 'Run again when the files are at rest; the result was not kept.',
  },

  // Build
  'engine-unreachable': {
    what: 'No Docker engine answers',
    next: 'Start Docker (or correct DOCKER_HOST or the Docker context) and run `towline doctor`.',
  },
  'engine-context-unknown': {
    what: 'The Docker context does not exist',
    next: 'Run `docker context ls`, then `docker context use` one that exists or unset DOCKER_CONTEXT.',
  },
  'engine-config-invalid': {
    what: "Docker's own configuration cannot be read",
    next: 'Correct the named file; `docker info` reads it too.',
  },
  'engine-stopped': {
    what: 'The Docker engine went away during the step',
    next: 'Start it again and resume the run.',
  },
  'engine-failed': {
    what: 'The Docker engine gave an answer that Towline does not expect',
    next: "Read what it said above; the engine's own log may tell more.",
  },
  'build-failed': {
    what: 'The image did not build',
    next: 'Correct the Dockerfile step named above; the log has its whole output.',
  },
  'dockerfile-invalid': { what: 'The Dockerfile cannot be read', next: 'Correct the line named above.' },
  'dockerfile-missing': {
    what: 'The Dockerfile does not exist',
    next: 'Correct `build.dockerfile` in towline.yaml.',
  },
  'context-unreadable': {
    what: 'The build context cannot be read',
    next: 'Correct the file named above, or list it in .dockerignore.',
  },
  'base-image-missing': {
    what: 'A base image cannot be found',
    next: 'Check the network and the name in FROM, sign in to its registry, or pull it by hand to see the reason.',
  },
  'buildx-missing': {
    what: 'This build needs `docker buildx`, which was not found',
    next: "Install Docker's buildx plugin; `docker buildx version` must work.",
  },
  'secret-missing': {
    what: 'A build secret has no value',
    next: 'Set the named environment variable or create the named file.',
  },
  'engine-unsupported': {
    what: 'This engine cannot do what the build needs',
    next: 'Use a Docker engine with BuildKit (23 or later), or simplify the build.',
  },

  // Push
  'registry-unreachable': {
    what: 'The registry does not answer',
    next: 'Check the address under `registry` in towline.yaml and that the registry runs.',
  },
  'registry-denied': {
    what: 'The registry refused the credentials',
    next: 'Sign in with `docker login` for the named registry, then resume the run.',
  },
  'registry-failed': {
    what: 'The registry answered with an error',
    next: 'The answer is in the log; the registry may be full, read-only or broken.',
  },
  'registry-not-started': {
    what: "Towline's local registry did not start",
    next: 'Free its port or name another registry under `registry` in towline.yaml.',
  },
  'credential-helper-failed': {
    what: 'A Docker credential helper failed',
    next: 'Run the named helper by hand, or correct credsStore/credHelpers in the named file.',
  },
  'digest-mismatch': {
    what: 'The registry holds another digest than was pushed',
    next: 'Something else pushed the same tag meanwhile; run again.',
  },

  // Propose
  'git-failed': {
    what: 'Git refused an operation',
    next: 'Its own words are above; run the same command in a terminal to look closer.',
  },
  'git-locked': {
    what: 'Another Git process holds a lock',
    next: 'Wait for it to end; if none is running, remove the named lock file. Then resume the run.',
  },
  'identity-missing': {
    what: 'Git does not know who you are',
    next: 'Run `git config user.name "..."` and `git config user.email "..."`.',
  },
  'hook-refused': {
    what: 'A Git hook refused the proposal',
    next: 'Correct what the hook names; Towline never bypasses hooks.',
  },
  'signing-failed': {
    what: 'The commit could not be signed',
    next: 'Check user.signingkey and that your signing agent is unlocked, or set commit.gpgsign=false.',
  },
  'remote-unreachable': {
    what: 'The Git remote does not answer',
    next: 'Check the network and the address with `git remote -v`, then resume the run.',
  },
  'remote-denied': {
    what: 'The Git remote refused access',
    next: 'Check your credentials with `git fetch` in a terminal, then resume the run.',
  },
  'push-rejected': {
    what: 'The Git remote refused the branch',
    next: 'Its reason is above: a protected branch, a server hook, or missing rights.',
  },
  'branch-moved': {
    what: 'Someone else changed the proposal branch',
    next: 'Look at the branch; run again to propose on top of what is there now.',
  },
  'branch-missing': {
    what: 'The environment’s branch does not exist',
    next: 'Correct `branch` of the environment in towline.yaml.',
  },

  // Render
  'renderer-missing': {
    what: 'The program that renders these manifests was not found',
    next: 'Install it; `towline doctor` says where to get it.',
  },
  'rendering-failed': {
    what: 'The manifests cannot be rendered',
    next: 'Correct the place named above; the renderer says the same when it is run by hand.',
  },

  // Cluster
  'kubeconfig-invalid': {
    what: 'The kubeconfig cannot be read',
    next: 'Correct the place named above; `kubectl config view` reads the same files.',
  },
  'context-unknown': {
    what: 'There is no such kubeconfig context',
    next: '`kubectl config get-contexts` lists those there are.',
  },
  'credential-plugin-failed': {
    what: 'The credential program of the kubeconfig failed',
    next: 'Run the same program in a terminal; its own words are above.',
  },
  'cluster-unreachable': {
    what: 'The cluster does not answer',
    next: 'Check the network, a VPN, and that the cluster runs.',
  },
  'cluster-unauthorized': {
    what: 'The cluster does not accept these credentials',
    next: 'Sign in again the way you do for kubectl.',
  },
  'cluster-forbidden': {
    what: 'You may not do this on the cluster',
    next: 'Ask whoever runs the cluster for the right named above.',
  },
  'cluster-busy': {
    what: 'The cluster asks to wait',
    next: 'It is tried again by itself; nothing was lost.',
  },
  'cluster-failed': {
    what: 'The cluster answered with an error',
    next: 'Its own words are above.',
  },
  'cluster-not-local': {
    what: 'This cluster is not proven local, so nothing is written to it',
    next: 'Use a local cluster: `towline cluster create` makes one.',
  },
  'cluster-unknown': {
    what: 'There is no such local cluster',
    next: '`towline cluster status` lists those there are; `towline cluster create` makes one.',
  },
  'cluster-not-created': {
    what: 'The local cluster was not created',
    next: "kind's own words are above; nothing of the cluster is left.",
  },
  'opt-in-invalid': {
    what: 'The file of clusters that you allowed as local cannot be read',
    next: 'Correct the places named above; until then none of them counts as local.',
  },
  'workload-unknown': {
    what: 'There is no such workload',
    next: 'Name it with its kind (`deployment/api`) and its namespace (`-n`).',
  },
  'object-missing': { what: 'There is no such object on the cluster', next: 'Look again; it may be gone.' },
  'object-conflict': {
    what: 'Somebody else owns a field of this object',
    next: 'The owner is named above; change the field there, or leave it out of the manifest.',
  },
  'object-invalid': {
    what: 'The cluster refuses the object',
    next: 'Correct the fields named above in its manifest.',
  },
  'version-gone': {
    what: 'The cluster no longer has this version of the list',
    next: 'The list is read again by itself.',
  },
  'port-taken': {
    what: 'The local port is taken',
    next: 'Choose another one, or end the program that listens there.',
  },

  // Local agent
  'agent-running': {
    what: 'Another process is the agent of this environment on this cluster',
    next: 'End it there, or let it be: `towline agent status` shows what it does.',
  },
  'agent-missing': {
    what: 'No agent can be asked to look at these manifests',
    next: 'See what follows them: `towline where`.',
  },
  'agent-unknown': {
    what: 'No agent of Towline has followed this environment on this cluster',
    next: 'Start one: `towline agent --env <name>`.',
  },
  'inventory-unreadable': {
    what: "The local agent's record on the cluster cannot be read",
    next: 'Use the version of Towline that wrote it.',
  },
  'managed-elsewhere': {
    what: 'Another agent manages what this environment puts on the cluster',
    next: 'Let one of the two do it: two agents undo the work of each other.',
  },

  // Delivery
  'commit-unknown': {
    what: 'There is no such commit',
    next: 'Name it as Git does: a branch, a tag, or at least seven of its digits; `git fetch` brings what others pushed.',
  },

  // Runs
  'run-not-found': { what: 'There is no such run', next: '`towline runs` lists the runs that are kept.' },
  'nothing-to-resume': {
    what: 'There is nothing to resume',
    next: 'Name the run that is meant, or start a new one with `towline run`.',
  },
  'run-not-owned': {
    what: 'That run belongs to another process that does not answer',
    next: 'If the process is gone, the run reads as interrupted and can be resumed.',
  },
  'journal-failed': {
    what: 'The journal of the run cannot be written',
    next: 'Free disk space or correct the permissions of the named folder. Nothing was announced that is not recorded.',
  },
  'no-answer': {
    what: 'A question needs an answer and there is no terminal',
    next: 'Answer it with `--yes`, or run the command in a terminal.',
  },
  unexpected: { what: 'Something unexpected happened', next: 'Please report it with the log of the run.' },
} as const;

export type ErrorCode = keyof typeof errorCatalogue;
