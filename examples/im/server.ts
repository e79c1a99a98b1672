// One server process of the instant-messaging service; main.ts starts two.
import { BindException } from '@sluice/core';
import { childSettings, report, runChild } from './child/runChild.js';
import type { ServerSettings } from './ipc.js';
import { ImServer } from './server/ImServer.js';

const server = new ImServer(childSettings<ServerSettings>(), report);

runChild({
  order: (order) => {
    if (order.order === 'link') server.link(order.peer);
  },
  stop: () => server.stop(),
});

try {
  await server.start();
} catch (error) {
  if (!(error instanceof BindException)) throw error;
  report({ event: 'failed', message: error.message });
  process.exitCode = 1;
  process.disconnect();
}
