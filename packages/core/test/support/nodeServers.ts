import { Server } from 'node:net';

/** The servers of Node's that are made while `work` runs. */
export async function nodeServersMadeBy<T>(
  work: () => Promise<T>,
): Promise<{ result: T; servers: Server[] }> {
  const listen = jest.spyOn(Server.prototype, 'listen');
  try {
    const result = await work();
    return { result, servers: listen.mock.contexts as Server[] };
  } finally {
    listen.mockRestore();
  }
}
