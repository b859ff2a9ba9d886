import { isAbsolute, join } from 'node:path';
import {
  type Disposable,
  Location,
  Position,
  type TestController,
  type TestItem,
  TestMessage,
  type TestRun,
  TestRunProfileKind,
  TestRunRequest,
  tests,
  Uri,
} from 'vscode';
import type { RunRequest } from '../../domain/runs/runEvent.ts';
import type { RunState, StepState } from '../../domain/runs/runState.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { Session } from '../state/createSession.ts';
import type { Sessions } from '../state/createSessions.ts';
import type { RepositoryState } from '../state/editorState.ts';
import type { Store } from '../state/store.ts';

export interface TestExplorerParts {
  readonly store: Store;
  readonly sessions: Sessions;
  /** Reads services, when somebody looks and nobody has yet. */
  readonly read: () => Promise<void>;
  readonly run: (session: Session, request: RunRequest) => Promise<RunState>;
}

/**
 * Services as tests with those of their tests that failed last. It shows what the test steps of runs found; running
 * a service there runs its test step alone.
 */
export function createTestExplorer({ store, sessions, read, run }: TestExplorerParts): Disposable {
  const controller = tests.createTestController('towline', 'Towline');
  const reported = new Map<string, number>();
  controller.resolveHandler = async (item) => {
    if (item === undefined) await read();
  };
  controller.refreshHandler = read;
  const profile = controller.createRunProfile(
    'Run Tests',
    TestRunProfileKind.Run,
    async (request, token) => {
      const wanted = request.include ?? all(controller);
      const byRepository = Map.groupBy(wanted.map(serviceItem), ({ id }) => repositoryOf(id));
      await Promise.all(
        Array.from(byRepository, async ([key, items]) => {
          const session = sessions.get(key);
          if (!session || token.isCancellationRequested) return;
          const names = [...new Set(items.map(({ id }) => serviceOf(id)))];
          await run(session, { services: names, environment: undefined, until: 'test', anyway: true });
        }),
      );
    },
    true,
  );

  function itemOf(repository: RepositoryState, folder: string, name: string, path: string): TestItem {
    const id = `${repository.key}\n${name}`;
    const known = controller.items.get(id);
    if (known) return known;
    const item = controller.createTestItem(id, name, Uri.file(join(folder, path)));
    if (store.state.repositories.length > 1) item.description = repository.name;
    controller.items.add(item);
    return item;
  }

  function update(): void {
    const wanted = new Set<string>();
    for (const repository of store.state.repositories) {
      if (repository.workspace.kind !== 'read') continue;
      const { folder, workspace } = repository.workspace;
      for (const service of workspace.services) {
        if (service.tests.kind !== 'command') continue;
        const item = itemOf(repository, folder, service.name, service.folder);
        wanted.add(item.id);
        report(repository, folder, item, service.name);
      }
    }
    for (const item of all(controller)) if (!wanted.has(item.id)) controller.items.delete(item.id);
  }

  /** Tells the newest result of a service's tests, once. */
  function report(repository: RepositoryState, folder: string, item: TestItem, service: string): void {
    for (const { state } of repository.runs.shown) {
      const step = state.services
        .find(({ name }) => name === service)
        ?.steps.find((each) => each.step === 'test' && each.result !== undefined);
      if (!step || step.result?.outcome === 'cancelled' || step.result?.outcome === 'held') continue;
      if (reported.get(item.id) === state.run) return;
      reported.set(item.id, state.run);
      const told = controller.createTestRun(new TestRunRequest([item]), `Run ${state.run}`, false);
      tell(told, item, step, folder);
      told.end();
      return;
    }
  }

  function tell(told: TestRun, item: TestItem, step: StepState, folder: string): void {
    const duration =
      step.startedAt === undefined || step.finishedAt === undefined
        ? undefined
        : step.finishedAt - step.startedAt;
    const { result } = step;
    if (result?.outcome !== 'failed') {
      item.children.replace([]);
      told.passed(item, duration);
      return;
    }
    const { failure } = result;
    const failed = (failure.failedTests ?? []).map((test, index) => {
      const uri =
        test.file === undefined
          ? undefined
          : Uri.file(isAbsolute(test.file) ? test.file : join(folder, test.file));
      const child = controller.createTestItem(
        `${item.id}\n${index} ${test.name}`,
        visibleText(test.name),
        uri,
      );
      const place = new Position(Math.max(0, (test.line ?? 1) - 1), Math.max(0, (test.column ?? 1) - 1));
      const message = new TestMessage(visibleText(test.message || failure.what));
      if (uri) message.location = new Location(uri, place);
      return { child, message };
    });
    item.children.replace(failed.map(({ child }) => child));
    for (const { child, message } of failed) told.failed(child, message);
    const whole = new TestMessage(visibleText(`${failure.what}\n${failure.why}`));
    if (failed.length > 0) told.failed(item, [], duration);
    else told.errored(item, whole, duration);
  }

  const listening = store.onChange(update);
  return {
    dispose() {
      listening.dispose();
      profile.dispose();
      controller.dispose();
    },
  };
}

function all({ items }: TestController): readonly TestItem[] {
  return Array.from(items, ([, item]) => item);
}

/** A failing test is run with its service: steps know no smaller part. */
function serviceItem(item: TestItem): TestItem {
  return item.parent ? serviceItem(item.parent) : item;
}

function repositoryOf(id: string): string {
  return id.split('\n')[0] ?? '';
}

function serviceOf(id: string): string {
  return id.split('\n')[1] ?? '';
}
