import { type Fields, fieldsOf, textOf, textsOf } from '../kubernetes/objectFields.ts';

/** What a probe asks, for people: `GET http://:8080/healthz`, `connect :5432`, `run cat /ready`, `grpc :9000`. */
export function describeProbe({ httpGet, tcpSocket, exec, grpc }: Fields): string {
  if (httpGet !== undefined) {
    const { scheme, host, port, path } = fieldsOf(httpGet);
    const place = `${textOf(host) ?? ''}:${String(port)}`;
    return `GET ${(textOf(scheme) ?? 'HTTP').toLowerCase()}://${place}${textOf(path) ?? '/'}`;
  }
  if (tcpSocket !== undefined) {
    const { host, port } = fieldsOf(tcpSocket);
    return `connect ${textOf(host) ?? ''}:${String(port)}`;
  }
  if (grpc !== undefined) {
    const { port, service } = fieldsOf(grpc);
    const name = textOf(service);
    return `grpc :${String(port)}${name === undefined ? '' : ` ${name}`}`;
  }
  return `run ${textsOf(fieldsOf(exec).command).join(' ')}`;
}
