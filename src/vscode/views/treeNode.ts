import type { StepName } from '../../domain/runs/stepName.ts';
import type { ObjectPlace } from '../../engine/workloads/objectPlace.ts';

/** What a node stands for; commands get it as their argument. */
export interface NodeTarget {
  /** Key of the repository. */
  readonly repository?: string;
  readonly service?: string;
  readonly environment?: string;
  readonly run?: number;
  readonly step?: StepName;
  readonly cluster?: ClusterTarget;
  /** Id of an answer to "Where is my commit?". */
  readonly trail?: string;
  /** Id of a rehearsal. */
  readonly rehearsal?: string;
  /** Id of a local agent. */
  readonly agent?: string;
  /** An address on this machine. */
  readonly url?: string;
}

/** Something on a cluster, or a cluster itself. */
export interface ClusterTarget {
  /** Of the kubeconfig. */
  readonly context: string;
  readonly namespace?: string;
  readonly object?: ObjectPlace;
  readonly container?: string;
  /** As it is written. */
  readonly image?: string;
  /** Id of a port-forward. */
  readonly forward?: string;
}

/** An icon of the product's own set, in a colour of the theme. */
export interface NodeIcon {
  readonly name: string;
  readonly color?: string;
}

/** One line of a tree as a value. */
export interface TreeNode {
  /** The same as long as it stands for the same thing, so that the editor keeps it open and selected. */
  readonly id: string;
  /** Short: it must be readable in a narrow sidebar. */
  readonly label: string;
  readonly description?: string;
  /** Plain text, may have several lines. */
  readonly tooltip?: string;
  readonly icon?: NodeIcon;
  /** What `viewItem` is in package.json: words joined by dots, e.g. `step.log.diff`. */
  readonly context: string;
  readonly expanded?: boolean;
  /** Asked when the node is opened; absent for leaves. */
  readonly children?: () => readonly TreeNode[];
  readonly target: NodeTarget;
  /** A command that activating the node runs, with the node's target as its argument. */
  readonly command?: string;
  /** What a screen reader says: label, state and what matters, as a sentence. */
  readonly spoken: string;
}
