/** The two streams of a command: what was asked for on stdout, all else on stderr. */
import { createColors } from 'picocolors';

export type Colours = ReturnType<typeof createColors>;

export interface Terminal {
  /** The answer: stdout. */
  out(text: string): void;
  /** Everything beside the answer: stderr. */
  err(text: string): void;
  readonly outColours: Colours;
  readonly errColours: Colours;
  /** Whether a person can watch progress on stderr. */
  readonly isLive: boolean;
  /** Whether a person can be asked. */
  readonly canAsk: boolean;
  readonly stderr: NodeJS.WriteStream;
  readonly stdin: NodeJS.ReadStream;
  /** Resolves when all text has left. */
  drain(): Promise<void>;
}

interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: Readonly<Record<string, string | undefined>>;
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '';

export function createTerminal({ stdin, stdout, stderr, env }: Streams): Terminal {
  const closed = new Set<NodeJS.WriteStream>();
  for (const stream of [stdout, stderr]) {
    // Whoever read us has read enough (`| head`). What was begun goes on in silence, so that nothing paid for is lost.
    stream.on('error', () => closed.add(stream));
  }
  const coloured = (stream: NodeJS.WriteStream): boolean =>
    !isSet(env['NO_COLOR']) &&
    (isSet(env['FORCE_COLOR']) ? env['FORCE_COLOR'] !== '0' : stream.isTTY && env['TERM'] !== 'dumb');
  const write = (stream: NodeJS.WriteStream, text: string): void => {
    if (!closed.has(stream)) stream.write(text.endsWith('\n') ? text : `${text}\n`);
  };
  return {
    out(text) {
      write(stdout, text);
    },
    err(text) {
      write(stderr, text);
    },
    outColours: createColors(coloured(stdout)),
    errColours: createColors(coloured(stderr)),
    isLive: stderr.isTTY && env['TERM'] !== 'dumb',
    canAsk: stdin.isTTY && stderr.isTTY,
    stderr,
    stdin,
    async drain() {
      for (const stream of [stdout, stderr]) {
        if (closed.has(stream)) continue;
        await new Promise<void>((resolve) => {
          stream.once('error', () => {
            resolve();
          });
          stream.write('', () => {
            resolve();
          });
        });
      }
    },
  };
}
