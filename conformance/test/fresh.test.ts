import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requiresProgram } from '../../test/support/requiresProgram.js';
import { conformance } from '../src/conformance.js';
import { record } from '../src/record.js';
import { NettyRelease } from '../src/record.netty.js';
import { seedOfCommit } from '../src/record.options.js';
import { FIXED } from './cases.js';

const CONFORMANCE = join(__dirname, '..');
/** Cases by suite: about ten seconds of processor time for a release. */
const COUNT = 'codec=2000,pipeline=2500,writability=600,idle=200';
/** A JDK may have to start, and to compile, on a busy machine. */
const PATIENCE = 180_000;

describe.each(['4.2', '4.1'])('cases that Netty %s makes of a seed nobody has seen', (line) => {
  const release = new NettyRelease(line, CONFORMANCE);

  requiresProgram(
    'java',
    'javac',
    ...release.requirements,
  )('with a JDK and its jars', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'sluice-fresh-'));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    test(
      'pass, but for those that deviate as listed',
      async () => {
        // The same for everybody who has the same commit: a failure can be repeated, and the branch is not flaky.
        const seed = String(await seedOfCommit(CONFORMANCE));
        const recording = ['--netty', line, '--seed', seed, '--count', COUNT];
        await record([...recording, '--out', folder], CONFORMANCE, () => {});

        const told: string[] = [];
        const tell = (text: string): void => void told.push(text);
        const code = await conformance(['--vectors', folder], {
          fixed: FIXED,
          from: folder,
          print: tell,
          complain: tell,
        });
        const again =
          `To see it again: npm run conformance:record -- ${recording.join(' ')} --out fresh && ` +
          'npm run conformance -- --vectors fresh. Once it is understood, put the case into conformance/vectors/*/found.';
        expect(code === 0 ? '' : `${told.join('\n')}\n${again}`).toBe('');
      },
      PATIENCE,
    );
  });
});
