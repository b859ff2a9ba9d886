/** Shape of the ids that package.json and the code must agree on. */
export interface ContributedIds {
  readonly commands: Readonly<Record<string, string>>;
  readonly views: Readonly<Record<string, string>>;
  /** Keys for `when` clauses. */
  readonly contextKeys: Readonly<Record<string, string>>;
  /** Defaults by full name, e.g. `towline.runs.keep`. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Everything that is contributed to the editor, by the name the code uses. */
export const ids = {
  commands: {
    buildAndDeploy: 'towline.buildAndDeploy',
    buildAndDeployAll: 'towline.buildAndDeployAll',
    buildAndPush: 'towline.buildAndPush',
    runAnyway: 'towline.runAnyway',
    cancelRun: 'towline.cancelRun',
    retryRun: 'towline.retryRun',
    showRuns: 'towline.showRuns',
    showRun: 'towline.showRun',
    showMoreRuns: 'towline.showMoreRuns',
    showLog: 'towline.showLog',
    showDiff: 'towline.showDiff',
    approveProposal: 'towline.approveProposal',
    declineProposal: 'towline.declineProposal',
    openComparePage: 'towline.openComparePage',
    copyBranchName: 'towline.copyBranchName',
    discardProposal: 'towline.discardProposal',
    createConfig: 'towline.createConfig',
    openConfig: 'towline.openConfig',
    doctor: 'towline.doctor',
    refresh: 'towline.refresh',
    startRegistry: 'towline.startRegistry',
    stopRegistry: 'towline.stopRegistry',
    removeRegistry: 'towline.removeRegistry',
    showClusters: 'towline.showClusters',
    refreshClusters: 'towline.refreshClusters',
    retryCluster: 'towline.retryCluster',
    filterClusters: 'towline.filterClusters',
    showOnlyUnhealthy: 'towline.showOnlyUnhealthy',
    showOnlyOurs: 'towline.showOnlyOurs',
    showOnlyNamespace: 'towline.showOnlyNamespace',
    clearClusterFilter: 'towline.clearClusterFilter',
    followLogs: 'towline.followLogs',
    showPreviousLogs: 'towline.showPreviousLogs',
    showLogsSince: 'towline.showLogsSince',
    openShell: 'towline.openShell',
    forwardPort: 'towline.forwardPort',
    openForward: 'towline.openForward',
    copyForwardAddress: 'towline.copyForwardAddress',
    stopForward: 'towline.stopForward',
    showVerdict: 'towline.showVerdict',
    openManifest: 'towline.openManifest',
    describeObject: 'towline.describeObject',
    showEvents: 'towline.showEvents',
    restartWorkload: 'towline.restartWorkload',
    scaleWorkload: 'towline.scaleWorkload',
    deleteObject: 'towline.deleteObject',
    copyObjectName: 'towline.copyObjectName',
    copyImage: 'towline.copyImage',
    createLocalCluster: 'towline.createLocalCluster',
    deleteLocalCluster: 'towline.deleteLocalCluster',
    diagnoseLocalCluster: 'towline.diagnoseLocalCluster',
    whereIsCommit: 'towline.whereIsCommit',
    askTrailAgain: 'towline.askTrailAgain',
    refreshAgents: 'towline.refreshAgents',
    forgetTrail: 'towline.forgetTrail',
    rehearse: 'towline.rehearse',
    openRehearsal: 'towline.openRehearsal',
    endRehearsal: 'towline.endRehearsal',
    showRehearsalDiff: 'towline.showRehearsalDiff',
    forgetRehearsal: 'towline.forgetRehearsal',
    removeRehearsal: 'towline.removeRehearsal',
    showLiveDiff: 'towline.showLiveDiff',
    followBranch: 'towline.followBranch',
    pauseAgent: 'towline.pauseAgent',
    resumeAgent: 'towline.resumeAgent',
    reconcileAgent: 'towline.reconcileAgent',
    endAgent: 'towline.endAgent',
    forgetAgent: 'towline.forgetAgent',
  },
  views: {
    services: 'towline.services',
    runs: 'towline.runs',
    clusters: 'towline.clusters',
    delivery: 'towline.delivery',
  },
  contextKeys: {
    /**
     * The workspace is not trusted. In place of the editor's own `isWorkspaceTrusted`, which is not set in a window's
     * first seconds: until then a click on a line whose command asks for it does nothing and says nothing.
     */
    restricted: 'towline.restricted',
    /** What the Services view has to say while it is empty; see `EditorCondition`. */
    condition: 'towline.condition',
    hasRuns: 'towline.hasRuns',
    running: 'towline.running',
    proposalWaits: 'towline.proposalWaits',
    /** What the Clusters view has to say while it is empty; see `ClustersCondition`. */
    clustersCondition: 'towline.clustersCondition',
    clustersFiltered: 'towline.clustersFiltered',
    clusterOpen: 'towline.clusterOpen',
    forwarding: 'towline.forwarding',
  },
  settings: {
    'towline.propose.confirm': true,
    'towline.runs.shown': 50,
    'towline.notifications': 'all',
  },
} as const satisfies ContributedIds;

export type CommandId = (typeof ids.commands)[keyof typeof ids.commands];

/** Which messages may appear over the editor; questions always do. */
export type NotificationLevel = 'all' | 'failures' | 'questions';

/** Values of the settings by full name. */
export interface SettingValues {
  readonly 'towline.propose.confirm': boolean;
  readonly 'towline.runs.shown': number;
  readonly 'towline.notifications': NotificationLevel;
}

/** Schemes of the read-only documents. */
export const schemes = {
  /** A step's output: `towline-log:/<repository>/run 12 api test.log`. */
  log: 'towline-log',
  /** A manifest before or after a proposal. */
  proposal: 'towline-proposal',
  /** Output of containers: `towline-pods:/<context>/<namespace>/Deployment api.log`. */
  pods: 'towline-pods',
  /** What a cluster says of an object: `towline-object:/<context>/<namespace>/Deployment api.yaml`. */
  object: 'towline-object',
} as const;
