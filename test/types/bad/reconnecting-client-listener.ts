// expect: is not assignable to parameter of type
import type { ReconnectingClient } from '@sluice/handlers';

export const listen = (client: ReconnectingClient): unknown => client.on('state', (state: number) => state);
