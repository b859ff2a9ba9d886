import type { BuildSecret } from '../../domain/workspace/service.ts';
import type { Credential } from './credentials.ts';

/** Which engine answers, and why this one: shown as one line wherever an engine matters. */
export interface EngineDescription {
  /** e.g. `unix:///var/run/docker.sock`; never with user info. */
  readonly endpoint: string;
  /** e.g. "DOCKER_HOST", "context colima (currentContext in ~/.docker/config.json)", "default". */
  readonly because: string;
  readonly product: 'docker' | 'podman';
  readonly version: string;
  readonly apiVersion: string;
  /** `linux/amd64` */
  readonly platform: string;
  /** A socket of this machine, not a remote host or a tunnel. */
  readonly local: boolean;
  readonly buildKit: boolean;
  /** What this engine cannot do for Towline, one sentence each; empty for a current Docker Engine. */
  readonly limits: readonly string[];
}

/** One file of a build context. */
export interface ContextFile {
  /** POSIX path inside the context. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'symlink';
  /** Permission bits. */
  readonly mode: number;
}

export interface ImageBuild {
  /** Absolute path of the context folder; exactly `files` of it are sent, streamed. */
  readonly contextFolder: string;
  readonly files: readonly ContextFile[];
  /** Absolute path; may lie outside the context. */
  readonly dockerfile: string;
  /** References the result gets on the engine, each `repository:tag`. */
  readonly tags: readonly string[];
  readonly target?: string;
  readonly args: Readonly<Record<string, string>>;
  readonly platform?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly secrets: readonly BuildSecret[];
  readonly ssh: readonly string[];
  readonly contexts: Readonly<Record<string, string>>;
  /** Credentials for base images, by registry host (`ghcr.io`, `localhost:5001`; Docker Hub is `docker.io`). */
  readonly credentials: Readonly<Record<string, Credential>>;
  /** Folder that relative secret files are looked up in. */
  readonly repositoryFolder: string;
}

/** Progress of a build, one vertex of the Dockerfile at a time. */
export type BuildProgress =
  | {
      readonly type: 'vertex';
      readonly id: string;
      readonly name: string;
      readonly state: 'started' | 'done' | 'cached' | 'failed';
    }
  | { readonly type: 'output'; readonly text: string };

export type PushProgress =
  | {
      readonly type: 'layer';
      readonly id: string;
      readonly state: 'waiting' | 'pushing' | 'exists' | 'pushed';
      readonly bytes?: number;
      readonly total?: number;
    }
  | { readonly type: 'output'; readonly text: string };

export interface ImageDetails {
  /** `sha256:...` of the image on the engine (config digest, or manifest digest with the containerd store). */
  readonly id: string;
  readonly repositoryDigests: readonly string[];
  readonly platform: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A TCP port of a container that this machine has. */
export interface PublishedPort {
  readonly containerPort: number;
  /** IP address it is published on; `0.0.0.0` and `::` are all. */
  readonly hostAddress: string;
  readonly hostPort: number;
}

/** A container as the engine tells of it. */
export interface EngineContainer {
  readonly id: string;
  readonly name: string;
  readonly running: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly ports: readonly PublishedPort[];
  /** Its IP addresses by the engine's network; IPv6 after IPv4. Empty while it does not run. */
  readonly networks: Readonly<Record<string, readonly string[]>>;
}

/**
 * The engine that builds and pushes. Every method throws TowlineError (`engine-unreachable`, `engine-stopped`,
 * `engine-context-unknown`, `engine-config-invalid`, and those named below) and rejects with the signal's
 * reason when cancelled, after the work has stopped on the engine.
 */
export interface ContainerEngine {
  describe(signal: AbortSignal): Promise<EngineDescription>;
  /** `describe().local` without all that a build will need. */
  isLocal(signal: AbortSignal): Promise<boolean>;
  /**
   * Equal content gives an equal id, whatever the files' times and owners are. Throws `build-failed`,
   * `dockerfile-invalid` (with a position), `dockerfile-missing`, `base-image-missing`, `buildx-missing`,
   * `secret-missing`, `context-unreadable`, `engine-unsupported`.
   */
  buildImage(
    build: ImageBuild,
    onProgress: (progress: BuildProgress) => void,
    signal: AbortSignal,
  ): Promise<{ readonly id: string }>;
  inspectImage(reference: string, signal: AbortSignal): Promise<ImageDetails | undefined>;
  tagImage(id: string, reference: string, signal: AbortSignal): Promise<void>;
  /** Removes the reference; the image itself goes with its last one. Missing is fine. */
  removeImage(reference: string, signal: AbortSignal): Promise<void>;
  /** Throws `registry-denied`, `registry-unreachable`, `registry-failed`. */
  pushImage(
    reference: string,
    credential: Credential | undefined,
    onProgress: (progress: PushProgress) => void,
    signal: AbortSignal,
  ): Promise<{ readonly digest: string }>;
  /** Throws `base-image-missing`, `registry-denied`, `registry-unreachable`. */
  pullImage(reference: string, credential: Credential | undefined, signal: AbortSignal): Promise<void>;
  /** Containers with a label (`name` or `name=value`), stopped ones too. */
  listContainers(label: string, signal: AbortSignal): Promise<readonly EngineContainer[]>;
  /** The container of exactly this name, stopped or not. */
  findContainer(name: string, signal: AbortSignal): Promise<EngineContainer | undefined>;
  /** Starts one that is stopped; running is fine. Throws `registry-not-started`. */
  resumeContainer(id: string, signal: AbortSignal): Promise<void>;
  /** Makes a container known on a network by its name; being there already is fine. Throws `engine-failed`. */
  connectNetwork(id: string, network: string, signal: AbortSignal): Promise<void>;
  /** Writes a file into a container, with the folders it needs; POSIX path. Throws `engine-failed`. */
  writeContainerFile(id: string, path: string, text: string, signal: AbortSignal): Promise<void>;
  /**
   * Runs a program in a container to its end, without input. A program that is not there has exit code 126 or 127. Throws
   * `engine-failed` where the container does not run.
   */
  runInContainer(
    id: string,
    command: readonly [string, ...string[]],
    signal: AbortSignal,
  ): Promise<{ readonly exitCode: number; readonly output: string }>;
  /** Published on 127.0.0.1 only; a host port of 0 takes any free one. Throws `registry-not-started`; nothing half-made stays. */
  startContainer(
    container: {
      readonly name: string;
      readonly image: string;
      readonly labels: Readonly<Record<string, string>>;
      readonly containerPort: number;
      readonly hostPort: number;
      readonly volume: { readonly name: string; readonly path: string };
      readonly environment: Readonly<Record<string, string>>;
    },
    signal: AbortSignal,
  ): Promise<EngineContainer>;
  stopContainer(
    id: string,
    options: { readonly remove: boolean; readonly volumes: boolean },
    signal: AbortSignal,
  ): Promise<void>;
}
