import type { Deviation } from './harness.js';
import type { IdleCase } from './idle.js';

/** Where idle detection differs from Netty 4.1.48 on purpose. */
export const idleDeviations: readonly Deviation<IdleCase>[] = [];
