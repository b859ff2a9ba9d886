import type { RunRequest } from '../../domain/runs/runEvent.ts';
import type { Engine } from '../../engine/createEngine.ts';
import type { ClusterParts } from '../composeClusters.ts';
import type { DeliveryParts } from '../composeDelivery.ts';
import type { LogDocuments } from '../documents/createLogDocuments.ts';
import type { ProposalDocuments } from '../documents/createProposalDocuments.ts';
import type { EditorConsent } from '../host/createConsent.ts';
import type { Messages } from '../host/createMessages.ts';
import type { Session } from '../state/createSession.ts';
import type { Sessions } from '../state/createSessions.ts';
import type { Store } from '../state/store.ts';
import type { Views } from '../views/createViews.ts';
import type { NodeTarget } from '../views/treeNode.ts';
import type { Doctor } from '../webviews/createDoctor.ts';

/** What the commands work with. */
export interface CommandContext {
  readonly store: Store;
  readonly sessions: Sessions;
  readonly engine: () => Promise<Engine>;
  readonly consent: EditorConsent;
  readonly messages: Messages;
  readonly logs: LogDocuments;
  readonly proposals: ProposalDocuments;
  readonly doctor: Doctor;
  readonly clusters: ClusterParts;
  readonly delivery: DeliveryParts;
  readonly views: Pick<Views, 'showRuns' | 'selected'>;
  /** Starts a run and tells how it went. Resolves when it has its number. */
  run(session: Session, request: RunRequest, resumes?: number): Promise<void>;
  /** Reads runs and services again. */
  refresh(): Promise<void>;
}

/** A command: gets what the user pointed at, nothing from the palette. */
export type Command = (context: CommandContext, targets: readonly NodeTarget[]) => Promise<void> | void;
