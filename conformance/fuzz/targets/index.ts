import type { Target } from '../Target.js';
import { framing } from './framing.js';
import { pipeline } from './pipeline.js';
import { text } from './text.js';

/** All that is fuzzed, by name. */
export const TARGETS: Readonly<Record<string, Target>> = { ...framing, ...text, ...pipeline };
