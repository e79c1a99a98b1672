import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parsePage } from './support/markdown.js';
import { type TestTitle, testTitles } from './support/testTitles.js';

const ROOT = join(__dirname, '..');
const PAGE = 'conformance/RULES.md';
const SUITE = 'packages/core/test/transport/suite';

/** Rules that real sockets could break on their own: these must be tested there. */
const SOCKET_RULES = [27, 28, 29, 30, 31, 32, 33, 34, 35, 37, 38, 39, 42, 43, 44, 45, 46, 48, 50, 52];

/** A test that a rule names. */
interface Entry {
  readonly file: string;
  /** Titles, the innermost last; outer ones may be left out. */
  readonly titles: readonly string[];
  readonly tcpOnly: boolean;
}

interface Rule {
  readonly number: number;
  readonly text: string;
  readonly sockets: boolean;
  readonly entries: readonly Entry[];
  readonly note: string;
}

function rulesOf(text: string): Rule[] {
  return parsePage(PAGE, text)
    .rows.filter(([number]) => /^\d+$/.test(number ?? ''))
    .map((cells) => {
      const [number, rule, sockets, tests, note] = cells as [string, string, string, string, string];
      return {
        number: Number(number),
        text: rule,
        sockets: sockets === 'yes',
        entries: tests === '' ? [] : tests.split('<br>').map(entryOf),
        note,
      };
    });
}

function entryOf(text: string): Entry {
  const parts = /^`(?<file>[\w./]+)` (?<titles>.+?)(?<tcpOnly> \(TCP\))?$/.exec(text)?.groups;
  if (parts === undefined) throw new Error(`neither a file nor a title: ${text}`);
  const [home, ...rest] = (parts.file as string).split('/');
  const file =
    home === 'suite' ? `${SUITE}/${rest.join('/')}.ts` : `packages/${home}/test/${rest.join('/')}.test.ts`;
  return { file, titles: (parts.titles as string).split(' › '), tcpOnly: parts.tcpOnly !== undefined };
}

const read = new Map<string, readonly TestTitle[]>();

/** The tests of a file that these titles could mean. */
function testsOf({ file, titles }: Entry): readonly TestTitle[] {
  const known = read.get(file) ?? testTitles(file, readFileSync(join(ROOT, file), 'utf8'));
  read.set(file, known);
  return known.filter(({ path }) => titles.every((title, i) => path.at(i - titles.length) === title));
}

/** What Unix sockets are exempt from, read off the table of the suite. */
function unixLacks(): string[] {
  const table = readFileSync(join(ROOT, SUITE, 'exemptions.ts'), 'utf8');
  const row = /feature: '(?<feature>[^']+)',\s*groups: \[(?<groups>[^\]]*)\]/g;
  return Array.from(table.matchAll(row), ({ groups }) => groups as { feature: string; groups: string })
    .filter(({ groups }) => groups.includes("'Unix'"))
    .map(({ feature }) => feature);
}

describe(PAGE, () => {
  const rules = rulesOf(readFileSync(join(ROOT, PAGE), 'utf8'));
  const lacking = unixLacks();

  test('has all 55 rules, in order', () => {
    expect(rules.map(({ number }) => number)).toEqual(Array.from({ length: 55 }, (_, i) => i + 1));
    for (const { number, text } of rules) expect([number, text.length > 20]).toEqual([number, true]);
  });

  test('every test that it names exists, once', () => {
    const faults: string[] = [];
    for (const { number, entries } of rules) {
      for (const entry of entries) {
        const name = `rule ${number}: ${entry.file}: ${entry.titles.join(' › ')}`;
        if (!existsSync(join(ROOT, entry.file))) faults.push(`${name}: no such file`);
        else if (testsOf(entry).length !== 1) faults.push(`${name}: ${testsOf(entry).length} tests`);
      }
      const all = entries.map(({ file, titles }) => `${file} ${titles.join(' › ')}`);
      if (new Set(all).size < all.length) faults.push(`rule ${number} names a test twice`);
    }
    expect(faults).toEqual([]);
  });

  test('no rule is without a test, unless it says why', () => {
    expect(rules.filter(({ entries, note }) => entries.length === 0 && note === '')).toEqual([]);
  });

  test('a rule about sockets is tested over TCP and over Unix sockets', () => {
    expect(lacking.length).toBeGreaterThan(0);
    const marked = rules.filter(({ sockets }) => sockets);
    expect(marked.map(({ number }) => number)).toEqual(expect.arrayContaining(SOCKET_RULES));
    for (const { number, entries } of marked) {
      const onSockets = entries.filter(({ file }) => file.startsWith(SUITE));
      expect([number, onSockets.length > 0]).toEqual([number, true]);
      expect([number, onSockets.some(({ tcpOnly }) => !tcpOnly)]).toEqual([number, true]);
    }
  });

  test('what Unix sockets are exempt from is marked, and nothing else', () => {
    for (const { number, entries } of rules) {
      for (const entry of entries) {
        const needs = testsOf(entry).flatMap((found) => found.needs);
        const isExempt = needs.some((feature) => lacking.includes(feature));
        expect([number, entry.titles, entry.tcpOnly]).toEqual([number, entry.titles, isExempt]);
      }
    }
  });

  test('the suite that it counts on runs over TCP and Unix sockets', () => {
    const text = readFileSync(join(ROOT, SUITE, '..', 'tcp', 'SocketChannel.suite.test.ts'), 'utf8');
    expect(text).toContain('for (const transport of SOCKETS) transportSuite(transport);');
    const transports = readFileSync(join(ROOT, SUITE, 'transports.ts'), 'utf8');
    const sockets = /export const SOCKETS[^=]*= \[(?<list>[^\]]*)\]/.exec(transports)?.groups?.list ?? '';
    expect([sockets.includes("sockets('TCP'"), sockets.includes("sockets('Unix'")]).toEqual([true, true]);
    const suite = readFileSync(join(ROOT, SUITE, 'transportSuite.ts'), 'utf8');
    for (const { file } of rules.flatMap(({ entries }) => entries)) {
      const cases = /suite\/(\w+Cases)\.ts$/.exec(file)?.[1];
      if (cases !== undefined) expect(suite).toContain(`${cases}(suite);`);
    }
  });
});
