import { now } from '../clock.js';
import type { ChildEvent, Order } from '../ipc.js';

/** The work of a child process. */
export interface Work {
  order?(order: Order): void;
  /** Ends the work: afterwards nothing keeps the process alive. */
  stop(): Promise<void>;
}

/** Longest a process takes to end once it was asked to; then it ends itself with an error. */
const PATIENCE = 4000;

/** The settings that the launcher gave. */
export function childSettings<S>(): S {
  return JSON.parse(process.argv[2] ?? 'null') as S;
}

/** Reports to the launcher, with the time. */
export function report(what: ChildEvent): void {
  if (process.connected) process.send?.({ at: now(), what }, undefined, undefined, () => {});
}

/**
 * Runs a child until the launcher orders it to stop, or is gone: no launcher, no child. It ends by itself, because
 * nothing is left to do; a leak shows as an exit code of 1.
 */
export function runChild(work: Work): void {
  let stopping = false;
  let frozen: number | null = null;

  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), PATIENCE).unref();
    try {
      await work.stop();
    } finally {
      if (process.connected) process.disconnect();
    }
  };

  process.on('message', (message) => {
    const order = message as Order;
    if (order.order === 'stop') void stop();
    else if (order.order === 'frozen') frozen = order.pid;
    else work.order?.(order);
  });
  process.on('disconnect', () => {
    if (!stopping && frozen !== null) thaw(frozen);
    void stop();
  });
  // Ctrl-C reaches the whole process group; the launcher decides in which order its processes end.
  process.on('SIGINT', () => {});
  process.on('SIGHUP', () => {});
  process.on('SIGTERM', () => void stop());
}

/** The launcher died while it had a sibling stopped, which nobody else would ever continue. */
function thaw(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch {
    // It has gone already.
  }
}
