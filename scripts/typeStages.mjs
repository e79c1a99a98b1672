// Writes typed pipelines of a given number of stages, whose cost to the compiler is measured: every kind of source, with
// names and without, so that what a stage costs can be seen to be the same in a long pipeline as in a short one.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** A stage in text takes text and gives text, so that any number of them fit together. */
const STAGES = [
  (i) => `.addLast('idle${i}', () => new s.Idle(${i}))`,
  () => '.addLast(log)',
  () => '.addLast(() => new s.JsonCodec<string, string>())',
  (i) => `.addLast('beat${i}', () => new s.Heartbeat())`,
  () => '.addLast(() => handler<string, string>({ channelRead: (ctx, text) => ctx.fireChannelRead(text) }))',
  (i) => `.addLast('codec${i}', () => new s.JsonCodec<string, string>())`,
  () => '.addLast(() => passThrough<string>({ channelActive: (ctx) => ctx.write("hello") }))',
  () => '.addLast(() => serial(new s.JsonCodec<string, string>()))',
  (i) => `.addLastAt('at${i}', (at) => sameAs(at))`,
  () => '.addUnchecked<string, string>(() => new s.Ported())',
];

function program(stages, support) {
  const lines = Array.from({ length: stages }, (_, i) => `  ${STAGES[i % STAGES.length](i)}`);
  return `import { type At, handler, passThrough, pipeline, serial } from '@sluice/core';
import * as s from '${support}/sample.js';

const log = new s.Log();
const sameAs = <T>(_at: At<T>) => handler<T, T>({ channelRead: (ctx, message) => ctx.fireChannelRead(message) });
export const built = pipeline<string, string>()
${lines.join('\n')}
  .build((tail) => void tail.write(String(tail.pipeline)));
export const more = [log, sameAs, handler, passThrough, serial];
`;
}

/** Writes the program into `folder`; returns the project file to compile. */
export function writeStages(root, folder, stages) {
  mkdirSync(folder, { recursive: true });
  const from = (path) => relative(folder, join(root, path));
  writeFileSync(join(folder, `stages-${stages}.ts`), program(stages, from('test/types/support')));
  const project = join(folder, `tsconfig.${stages}.json`);
  const config = { extends: from('test/types/tsconfig.json'), files: [`stages-${stages}.ts`], include: [] };
  writeFileSync(project, JSON.stringify(config));
  return relative(root, project);
}
