import { Agent } from 'node:http';
import { Duplex } from 'node:stream';
import spawn from 'cross-spawn';

/**
 * An agent whose connections are `ssh HOST docker system dial-stdio`, as Docker's own command line makes
 * them: the user's ssh configuration, keys and known hosts apply, and nothing is asked on a terminal.
 */
export function createSshAgent(
  target: { readonly host: string; readonly user?: string; readonly port?: number },
  environment: Readonly<Record<string, string | undefined>>,
): Agent {
  const command = [
    '-o',
    'ConnectTimeout=30',
    '-o',
    'BatchMode=yes',
    '-T',
    ...(target.user ? ['-l', target.user] : []),
    ...(target.port ? ['-p', String(target.port)] : []),
    '--',
    target.host,
    'docker',
    'system',
    'dial-stdio',
  ];
  class SshAgent extends Agent {
    override createConnection(): Duplex {
      const child = spawn('ssh', command, {
        env: environment,
        stdio: ['pipe', 'pipe', 'pipe'],
        windowsHide: true,
      });
      const { stdin, stdout, stderr } = child;
      if (!stdin || !stdout || !stderr) throw new Error('ssh was started without pipes');
      let said = '';
      stderr.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-2000);
      });
      // That the pipe broke says less than what ssh says when it ends.
      stdin.on('error', () => undefined);
      const connection = new Duplex({
        read: () => {
          stdout.resume();
        },
        write: (chunk, _encoding, done) => {
          stdin.write(chunk, () => done());
        },
        final: (done) => {
          stdin.end();
          done();
        },
        destroy: (error, done) => {
          child.kill();
          done(error);
        },
      });
      stdout.on('data', (chunk: Buffer) => {
        if (!connection.push(chunk)) stdout.pause();
      });
      child.on('error', (error) => connection.destroy(error));
      child.on('close', (code) => {
        if (code)
          connection.destroy(
            Object.assign(new Error(said.trim() || `ssh ended with ${code}`), { code: 'ESSH' }),
          );
        else connection.push(null);
      });
      return connection;
    }
  }
  return new SshAgent({ keepAlive: false });
}
