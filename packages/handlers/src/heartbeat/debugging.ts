import inspector from 'node:inspector';

/** Whether this process can be held by a debugger: it was started with `--inspect`, or opened an inspector. */
export function isDebugged(): boolean {
  return inspector.url() !== undefined;
}
