/**
 * A part of a name that no other process and no other call has: letters, digits and `-`. Nothing that must not be
 * guessed; without Node's cryptography, which would be loaded for this alone.
 */
export function uniqueName(): string {
  const random = Math.random().toString(36).slice(2);
  return [process.pid.toString(36), process.hrtime.bigint().toString(36), random].join('-');
}
