import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';

const DIST = join(__dirname, '..', 'dist');

/** A process running an example, and what it has printed. */
export class Example {
  readonly process: ChildProcess;
  readonly #ended: Promise<number | null>;
  output = '';
  #waiting: { pattern: RegExp; resolve: (match: RegExpExecArray) => void }[] = [];

  /** Runs an example, given by its path below `dist`; or, with a `command`, that with `args`. */
  constructor(program: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}, command?: string) {
    const file = join(DIST, program);
    if (command === undefined && !existsSync(file))
      throw new Error(`${file} is not built: run "npm run build" first (npm test does)`);
    this.process = spawn(command ?? process.execPath, command === undefined ? [file, ...args] : args, {
      env: { ...process.env, ...env },
    });
    this.#ended = new Promise((resolve) => this.process.once('close', resolve));
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.output += chunk.toString();
        this.#look();
      });
    }
  }

  #look(): void {
    this.#waiting = this.#waiting.filter(({ pattern, resolve }) => {
      const match = pattern.exec(this.output);
      if (match !== null) resolve(match);
      return match === null;
    });
  }

  /** Waits until the output matches. */
  async prints(pattern: RegExp, timeout = 10_000): Promise<RegExpExecArray> {
    return await withDeadline(
      new Promise((resolve) => {
        this.#waiting.push({ pattern, resolve });
        this.#look();
      }),
      timeout,
      () => `${pattern} in the output:\n${this.output}`,
    );
  }

  /** The port of a server, once it says so. */
  async port(): Promise<number> {
    const [, port] = await this.prints(/listens on [\d.]+:(\d+);/);
    return Number(port);
  }

  /** Waits for the end; the exit code, `null` when a signal ended it. */
  async exit(timeout = 10_000): Promise<number | null> {
    return await withDeadline(this.#ended, timeout, () => `the end of the process; output:\n${this.output}`);
  }

  /** Ctrl-C; the exit code. */
  async stop(): Promise<number | null> {
    this.process.kill('SIGINT');
    return await this.exit();
  }
}

/** A plain socket that collects text, as a person with `nc` would. */
export class TextClient {
  readonly socket: Socket;
  text = '';
  ended = false;
  #look: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.text += chunk.toString();
      this.#look();
    });
    socket.on('close', () => {
      this.ended = true;
      this.#look();
    });
  }

  static async connect(port: number): Promise<TextClient> {
    const socket = connect(port, '127.0.0.1');
    await withDeadline(
      new Promise<void>((resolve, reject) => {
        socket.once('connect', resolve).once('error', reject);
      }),
      5000,
      () => `a connection to port ${port}`,
    );
    return new TextClient(socket);
  }

  send(text: string | Buffer): void {
    this.socket.write(text);
  }

  async until(what: string, condition: () => boolean): Promise<void> {
    await withDeadline(
      new Promise<void>((resolve) => {
        this.#look = () => condition() && resolve();
        this.#look();
      }),
      5000,
      () => `${what}; got ${JSON.stringify(this.text)}`,
    );
  }
  receives(part: string): Promise<void> {
    return this.until(JSON.stringify(part), () => this.text.includes(part));
  }
  closes(): Promise<void> {
    return this.until('the end of the connection', () => this.ended);
  }
  close(): void {
    this.socket.destroy();
  }
}

export async function withDeadline<T>(promise: Promise<T>, ms: number, what: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited ${ms} ms in vain for ${what()}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
