import type { VerdictReason } from './verdict.ts';

type ImageReason = Extract<VerdictReason, 'image-missing' | 'image-unreachable' | 'image-denied'>;

/**
 * What the words of a container runtime mean. The kubelet hands them on as text alone: those of Docker, containerd
 * and CRI-O for the answers of a registry and of the network.
 */
const words: readonly (readonly [RegExp, ImageReason])[] = [
  // Docker's "pull access denied … repository does not exist or may require 'docker login'" can mean either.
  [
    /manifest unknown|manifest for \S+ not found|not found: manifest|: not found|name unknown|repository name not known|does not exist on this node|NotFound/i,
    'image-missing',
  ],
  [
    /unauthorized|pull access denied|denied: |authentication required|no basic auth credentials|403 Forbidden|401 Unauthorized|insufficient_scope/i,
    'image-denied',
  ],
  [
    /dial tcp|connection refused|no such host|i\/o timeout|deadline exceeded|connection reset|network is unreachable|no route to host|x509|tls:|server gave HTTP response|TLS handshake|EOF|50[0-9] /i,
    'image-unreachable',
  ],
];

/** What keeps an image from being pulled, by the runtime's own words. */
export function readImageTrouble(message: string): ImageReason | undefined {
  return words.find(([pattern]) => pattern.test(message))?.[1];
}

export function describeImageTrouble(
  image: string,
  reason: ImageReason,
): { readonly what: string; readonly action: string } {
  switch (reason) {
    case 'image-missing':
      return {
        what: `image ${image} was not found in its registry`,
        action: 'Push the image, or correct the tag or digest in the manifest.',
      };
    case 'image-denied':
      return {
        what: `the registry refuses image ${image} to the node`,
        action: 'Give the pods an imagePullSecret that may read it, or check that the repository exists.',
      };
    case 'image-unreachable':
      return {
        what: `the node cannot reach the registry of image ${image}`,
        action:
          'Check that the node reaches the registry by this name; `localhost` means the node itself there.',
      };
  }
}
