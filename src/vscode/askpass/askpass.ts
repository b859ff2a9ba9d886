import { connect } from 'node:net';

/**
 * What git and ssh start when they need a secret: hands their words to the window that started them and prints the
 * answer. Runs in a process of its own, with nothing of the editor.
 */
export function askpass(prompt: string, environment: NodeJS.ProcessEnv): Promise<number> {
  const { TOWLINE_ASKPASS_SOCKET: path } = environment;
  if (path === undefined) return Promise.resolve(1);
  return new Promise((resolve) => {
    const socket = connect(path);
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify({ prompt })}\n`));
    socket.on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', () => resolve(1));
    socket.on('end', () => {
      // Nothing at all is a refusal; an empty line is an empty answer.
      if (answer === '') return resolve(1);
      process.stdout.write(answer, () => resolve(0));
    });
  });
}
