/**
 * What each server under test does besides echoing: tell its port, and its CPU time when asked. Run as
 * `node peer.js`, with an IPC channel to the driver.
 */
export interface PeerMessage {
  readonly port?: number;
  /** CPU time of this process so far, µs. */
  readonly cpu?: number;
}

export function serve(port: number): void {
  process.send?.({ port } satisfies PeerMessage);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: user + system } satisfies PeerMessage);
  });
  process.on('disconnect', () => process.exit(0));
}
