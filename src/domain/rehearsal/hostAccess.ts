import { type Fields, fieldsOf, listOf, textOf, textsOf } from '../kubernetes/objectFields.ts';

/**
 * What pods with this spec could do to the node they run on, which on a local cluster is the user's own machine:
 * `the folder /var/run of its node`. Undefined when they stay inside.
 */
export function hostAccess(spec: Fields): string | undefined {
  for (const { hostPath } of listOf(spec.volumes)) {
    const path = textOf(fieldsOf(hostPath).path);
    if (path !== undefined) return `the folder ${path} of its node`;
  }
  if (spec.hostNetwork === true) return 'the network of its node';
  if (spec.hostPID === true) return 'the processes of its node';
  if (spec.hostIPC === true) return 'the shared memory of its node';
  for (const container of [...listOf(spec.initContainers), ...listOf(spec.containers)]) {
    const security = fieldsOf(container.securityContext);
    if (security.privileged === true) return 'everything of its node (privileged)';
    const added = textsOf(fieldsOf(security.capabilities).add).filter((name) => !harmless.has(name));
    if (added.length > 0) return `its node's kernel (capability ${added.join(', ')})`;
  }
  return undefined;
}

/** Kubernetes' own list for its baseline level of pod security. */
const harmless = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
