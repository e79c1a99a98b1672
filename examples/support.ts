import { type Channel, formatAddress, type SocketAddress, shutdownOnSignals } from '@sluice/core';

/** The address to use: `node server.js [port] [host]`, on loopback unless told otherwise. */
export function addressFromArguments(defaultPort: number, first = 2): { host: string; port: number } {
  const port = process.argv[first];
  return {
    host: process.argv[first + 1] ?? '127.0.0.1',
    port: port === undefined ? defaultPort : Number(port),
  };
}

/** Says where the server listens, and closes it gracefully on Ctrl-C. */
export function announce(name: string, server: Channel): void {
  console.log(`${name} listens on ${formatAddress(server.localAddress as SocketAddress)}; Ctrl-C stops it`);
  shutdownOnSignals([server], { timeout: 2000 });
}

/** Runs an example's main function; a failure (a taken port, say) is one line, not a stack. */
export function run(main: () => Promise<void>): void {
  main().catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
