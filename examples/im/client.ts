// One client process of the instant-messaging service; main.ts starts several.
import { childSettings, report, runChild } from './child/runChild.js';
import { ImClient } from './client/ImClient.js';
import type { ClientSettings } from './ipc.js';

const client = new ImClient(childSettings<ClientSettings>(), report);

runChild({
  order: (order) => {
    if (order.order === 'say') client.say(order.text);
  },
  stop: () => client.stop(),
});
