import { parseArgs } from 'node:util';

/** What `npm start -- …` was asked for. */
export interface Options {
  readonly once: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
  /** Server 1's chat port; 0 lets the system choose all four. */
  readonly port: number;
}

/** The command line asks for something that does not exist; `message` is for the person who typed it. */
export class UsageError extends Error {}

/** Ports in a row from `--port`: chat 1, chat 2, people 1, people 2. */
const PORTS = 4;
const DEFAULT_PORT = 7400;

export const USAGE: string = `An instant-messaging service on loopback: two servers, and clients that survive the loss of either.

Usage: npm start                 run it, watch it, stop it with Ctrl-C
       npm start -- --once       play the whole scenario by itself and check every bound

  --port P     ports P (server 1), P+1 (server 2), P+2 and P+3 (their line ports for people); 0 takes free ones
               (default ${DEFAULT_PORT}; with --once any free ones)
  --once       connect, chat, heartbeat, kill -9, failover, freeze, recovery; exits 1 if a bound was missed
  --verbose    also print every protocol message and heartbeat
  --help       print this

While it runs, people join with  nc 127.0.0.1 PORT  (the line ports are printed at the start) and type:
  any text     says it to everybody        :info   tells where you are connected
  :name NAME   changes your name           :all    lists who is online, on both servers
  :q           leaves
`;

/** Reads the command line. Throws {@link UsageError}. */
export function parseOptions(args: readonly string[]): Options {
  const values = parse(args);
  const once = values.once === true;
  return {
    once,
    verbose: values.verbose === true,
    help: values.help === true,
    port: values.port === undefined ? (once ? 0 : DEFAULT_PORT) : parsePort(values.port),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      strict: true,
      allowPositionals: false,
      options: {
        once: { type: 'boolean' },
        verbose: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
        port: { type: 'string' },
      },
    }).values;
  } catch (error) {
    // Node's first sentence is the point; its others are about positional arguments, of which we have none.
    const [point] = (error as Error).message.split(/\.(?:\s|$)/);
    throw new UsageError(`${point}. Try --help.`);
  }
}

function parsePort(text: string): number {
  const port = Number(text);
  const highest = 65_535 - (PORTS - 1);
  if (!/^\d+$/.test(text) || port > highest) {
    throw new UsageError(`--port takes a number from 0 to ${highest} (four ports in a row), not '${text}'.`);
  }
  return port;
}
