/** A POSIX path relative to the repository root; '' is the root itself. Never starts with '/' or '..'. */
export type RepoPath = string;

/** How a service is tested. `none` is the user's own word that there are no tests; it shows in runs and proposals. */
export type TestPlan =
  | {
      readonly kind: 'command';
      /** Argument array, run in the service's folder without a shell. */
      readonly command: readonly [string, ...string[]];
      /** Files and folders outside the service's folder whose content the tests depend on. */
      readonly inputs: readonly RepoPath[];
      /** Names of environment variables that the tests may see and whose values enter the content key. */
      readonly environment: readonly string[];
      /** Seconds. */
      readonly timeout: number;
      /** What was found that says so, e.g. "scripts.test in services/api/package.json". */
      readonly because: string;
    }
  | { readonly kind: 'none'; readonly because: string }
  /** Nothing was found: a hold until the user names a command or says `tests: none`. */
  | { readonly kind: 'unknown' };

/** A secret that a Dockerfile mounts; the value is read at build time and never stored. */
export interface BuildSecret {
  readonly id: string;
  /** Either a file (path relative to the repository root, or absolute) or the name of an environment variable. */
  readonly source: { readonly file: string } | { readonly environment: string };
}

export interface BuildPlan {
  readonly dockerfile: RepoPath;
  /** Folder that is sent to the engine, after .dockerignore. */
  readonly context: RepoPath;
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  /** `os/arch[/variant]`; the engine's own when absent. */
  readonly platform?: string;
  readonly secrets: readonly BuildSecret[];
  /** `default` or `id=path`, as `docker buildx build --ssh` takes them. */
  readonly ssh: readonly string[];
  /** Named contexts, as `docker buildx build --build-context name=value` takes them. */
  readonly contexts: Readonly<Record<string, string>>;
  /** Seconds. */
  readonly timeout: number;
}

/** Something that builds into an image. */
export interface Service {
  readonly name: string;
  readonly folder: RepoPath;
  /** e.g. "Node.js", "Python"; shown, never decided on. */
  readonly language?: string;
  readonly tests: TestPlan;
  /** Absent when no Dockerfile or Containerfile was found: a hold. */
  readonly build?: BuildPlan;
  /** Repository name without registry and tag, e.g. `shop/api`; or with a registry when the user wrote one. */
  readonly image: string;
  /** What was found that says so, e.g. "image in deploy/api.yaml"; absent when the name was made from folder names. */
  readonly imageBecause?: string;
  /**
   * Registry that the manifests name with this image, e.g. `ghcr.io`; absent when they name none, or several.
   * It is never pushed to because of this: only a configured registry is.
   */
  readonly manifestRegistry?: string;
  /** Services whose image this one is built on, or that the user said come first. */
  readonly dependsOn: readonly string[];
}

/** Seconds a step may take where towline.yaml does not say. */
export const defaultTimeouts = { test: 600, build: 1800 } as const;
