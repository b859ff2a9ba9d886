import { StringDecoder } from 'node:string_decoder';
import type { ClusterReads } from '../../engine/ports/clusters.ts';
import { withQuery } from './addresses.ts';
import type { Session } from './openSession.ts';
import { podPath } from './podPath.ts';

type ReadLogs = ClusterReads['readLogs'];

export async function readLogs(
  session: Session,
  place: Parameters<ReadLogs>[0],
  { follow, previous, since, tailLines, timestamps }: Parameters<ReadLogs>[1],
  onText: Parameters<ReadLogs>[2],
  signal: AbortSignal,
): Promise<void> {
  const path = withQuery(podPath(place, 'log'), {
    container: place.container,
    follow: follow || undefined,
    previous: previous || undefined,
    sinceTime: since,
    tailLines,
    timestamps: timestamps || undefined,
  });
  const answer = await session.open({ method: 'GET', path, patient: true }, signal);
  const decoder = new StringDecoder('utf8');
  const say = (text: string) => (text === '' ? undefined : onText(text));
  await session.read(answer, (chunk) => say(decoder.write(chunk)), signal);
  await say(decoder.end());
}
