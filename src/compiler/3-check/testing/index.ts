/** A `test` before it runs: each input of the net is given once, what it is given fits, and it expects something that can be. */
import type { TestItem } from '../../1-parse/ast.ts';
import { textOf, type Span } from '../../1-parse/source.ts';
import type { Fix } from '../../diagnostics/diagnostic.ts';
import { diagnostic } from '../../diagnostics/registry.ts';
import { showNames } from '../../diagnostics/show-names.ts';
import { givenTwice } from '../../diagnostics/twice.ts';
import type { Graph, GraphInput } from '../../ir/graph.ts';
import { takes } from '../../ir/takes.ts';
import { argument } from '../evaluate.ts';
import type { Site } from '../frame.ts';
import type { NetFacts } from '../query.ts';
import type { Session } from '../session.ts';
import { checkCondition } from './conditions.ts';
import { givenInput } from './inputs.ts';
import { seenOutput } from './seen.ts';

export { subjectOf } from './conditions.ts';
export { testFunctions } from './functions.ts';
export { givenInput, type GivenInput } from './inputs.ts';

export function checkTest(item: TestItem, { graph, inputs }: NetFacts, site: Site, session: Session): void {
  // What is given to an input that does not exist (reported) was meant for one that is missing.
  const unknown = item.inputs.some(({ name }) => !inputs.includes(name.name));
  const missing: GraphInput[] = [];
  for (const input of graph.inputs) {
    const given = item.inputs.filter(({ name }) => name.name === input.name);
    if (given.length > 0) checkInput(input, given, site, session);
    // `x: 1` did not parse, and was reported.
    else if (!new RegExp(`\\b${input.name}\\s*:`).test(textOf(item.span))) missing.push(input);
  }
  if (missing.length > 0 && !unknown) reportMissing(missing, item, session);
  reportUnread(item, graph, inputs, session);
  const names = Object.fromEntries(graph.outputs.map((output) => [output.name, seenOutput(output)]));
  const at = { net: graph.name, names, site, session };
  for (const { condition, with: probability } of item.expects) checkCondition(condition, probability, at);
  // An expectation that did not parse was reported.
  if (
    item.expects.length > 0 ||
    item.inputs.length === 0 ||
    /\b(?:expect|assert|check|require|verify)\b|[=!<>]=/.test(textOf(item.span))
  )
    return;
  session.report(diagnostic('test/expects-nothing', { title: item.title.value }, item.title.span));
}

function checkInput(
  input: GraphInput,
  [first, ...again]: TestItem['inputs'],
  site: Site,
  session: Session,
): void {
  if (!first) return;
  for (const { name } of again) {
    const args = { option: `input ${name.name}`, what: 'this test' };
    session.report(givenTwice(args, { first: first.name.span, again: name.span }));
  }
  const value = argument(first.value, site, session);
  const given = value.kind === 'unknown' ? undefined : givenInput(value, input);
  if (given?.kind !== 'unfit') return;
  const args = { input: input.name, takes: takes(input), found: given.found };
  session.report(diagnostic('test/input-value', args, first.value.span));
}

/** What only training reads need not be given. */
function reportUnread(item: TestItem, graph: Graph, inputs: readonly string[], session: Session): void {
  for (const { name, span } of item.inputs) {
    if (!inputs.includes(name.name) || graph.inputs.some((input) => input.name === name.name)) continue;
    const fixes = [{ title: `leave ${name.name} out`, edits: [{ span, text: '' }] }];
    session.report(
      diagnostic('test/unread-input', { net: graph.name, input: name.name }, name.span, { fixes }),
    );
  }
}

function reportMissing(missing: readonly GraphInput[], item: TestItem, session: Session): void {
  // A test that says nothing at all was reported, and so was one that did not parse.
  const [first] = [...item.inputs, ...item.expects].map(({ span }) => span).sort((a, b) => a.start - b.start);
  if (!first) return;
  const inputs = showNames(missing.map(({ name }) => name));
  session.report(
    diagnostic('test/missing-input', { title: item.title.value, inputs }, item.title.span, {
      notes: missing.map((input) => ({ word: 'note', text: `${input.name} takes ${takes(input)}` })),
      fixes: [given(missing, first)],
    }),
  );
}

/** One number for all values of each input, before what the test says first. */
function given(missing: readonly GraphInput[], { source, start }: Span): Fix {
  const line = source.text.slice(source.text.lastIndexOf('\n', start - 1) + 1, start);
  const between = line.trim() === '' ? `\n${line}` : '  ';
  const zeros = missing.map(({ name }) => `${name} = 0`);
  const text = zeros.map((zero) => `${zero}${between}`).join('');
  return { title: zeros.join('  '), edits: [{ span: { source, start, end: start }, text }] };
}
