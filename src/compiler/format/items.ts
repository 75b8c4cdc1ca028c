/** How the items of a file are written. */
import type { Item, NetItem, Param, TestItem, TrainClause, UseItem, WeightsItem } from '../1-parse/ast.ts';
import type { BlockItem } from '../1-parse/ast.ts';
import { internal, unreachable } from '../diagnostics/internal.ts';
import { bracketed, braced } from './brackets.ts';
import { concat, empty, join, text } from './doc.ts';
import type { Doc } from './doc.ts';
import { arg, body, braceBehind, expression, stringText } from './expressions.ts';
import type { Context } from './sequence.ts';
import { budget, condition, given, named, netName, patterns, statement } from './statements.ts';

/** One item. */
export function item(context: Context, node: Item): Doc {
  switch (node.kind) {
    case 'use':
      return use(context, node);
    case 'block':
      return block(context, node);
    case 'net':
      return net(context, node);
    case 'family':
      return family(context, node);
    case 'defaults':
      return defaults(context, node);
    case 'filter':
      return given(context, `${exported(node)}filter ${node.name.name}`, node.value);
    case 'weights':
      return text(weights(node));
    case 'moved':
      return text(`moved ${node.from.text} -> ${node.to.text}`);
    case 'train':
      return concat(
        text(`train ${node.net.name} `),
        clauses(context, node.clauses, node.net.span.end, node.span.end),
      );
    case 'test':
      return test(context, node);
    case 'budget':
      return budget(context, node);
    case 'let':
    case 'assert':
      return statement(context, node);
    case 'broken':
      return internal('formatting a text that did not parse');
    default:
      return unreachable(node);
  }
}

const exported = (node: { readonly exported: boolean }): string => (node.exported ? 'export ' : '');

/** The inside of the next braces behind an offset. */
const bracesBehind = (context: Context, offset: number, end: number) => ({
  open: braceBehind(offset, context) + 1,
  close: end,
});

function use(context: Context, node: UseItem): Doc {
  const names = node.names.map(({ name, alias }) => ({ name, alias, span: name.span }));
  const range = bracesBehind(context, node.span.start, node.from.span.start);
  const print = ({ name, alias }: (typeof names)[number]) =>
    text(alias ? `${name.name} as ${alias.name}` : name.name);
  const list = braced(context, names, range, print, ', ');
  return concat(text('use '), list, text(` from ${stringText(node.from.span)}`));
}

function params(context: Context, { params: nodes, name }: BlockItem | NetItem): Doc {
  const last = nodes.at(-1);
  if (last === undefined) return empty;
  const range = { open: name.span.end, close: last.span.end };
  return bracketed(context, ['(', ')'], nodes, range, (node) => param(context, node));
}

function param(context: Context, node: Param): Doc {
  const type = node.type ? `: ${node.type.name}` : '';
  const standard = node.default ? concat(text(' = '), expression(context, node.default)) : empty;
  return concat(text(node.name.name + type), standard);
}

function block(context: Context, node: BlockItem): Doc {
  const head = concat(text(`${exported(node)}block ${node.name.name}`), params(context, node));
  if (node.body.kind === 'body') return concat(head, text(' '), body(context, node.body));
  return concat(head, text(' = '), expression(context, node.body));
}

function net(context: Context, node: NetItem): Doc {
  const base = node.base ? concat(text(' extends '), expression(context, node.base)) : empty;
  const head = concat(text(`${exported(node)}net ${node.name.name}`), params(context, node), base);
  if (node.body) return concat(head, text(' '), body(context, node.body));
  return concat(head, text(' = '), node.alias ? expression(context, node.alias) : empty);
}

function family(context: Context, node: Extract<Item, { kind: 'family' }>): Doc {
  const names = node.params.map(({ name }) => name).join(', ');
  const head = `${exported(node)}family ${node.name.name}${names === '' ? '' : `(${names})`} `;
  const range = bracesBehind(context, node.params.at(-1)?.span.end ?? node.name.span.end, node.span.end);
  const print = (variant: (typeof node.variants)[number]) => {
    const values = variant.values.map((value) => expression(context, value));
    const tuple = concat(text('('), join(values, text(', ')), text(')'));
    return concat(text(`${variant.name.name} = `), values.length === 1 ? (values[0] ?? empty) : tuple);
  };
  return concat(text(head), braced(context, node.variants, range, print, ', '));
}

function defaults(context: Context, node: Extract<Item, { kind: 'defaults' }>): Doc {
  const range = bracesBehind(context, node.span.start, node.span.end);
  const print = (entry: (typeof node.entries)[number]) => {
    const inside = bracesBehind(context, entry.op.span.end, entry.span.end);
    const options = braced(context, entry.args, inside, (option) => arg(context, option), ', ');
    return concat(text(`${entry.op.name} `), options);
  };
  return concat(text('defaults '), braced(context, node.entries, range, print, ', '));
}

function weights(node: WeightsItem): string {
  const layout = node.layout ? ` layout ${node.layout.name}` : '';
  const except = node.except.length > 0 ? ` except ${patterns(node.except)}` : '';
  return `weights ${node.net.name} from ${stringText(node.from.span)}${layout}${except}`;
}

// ---- Training and tests

/** Two blanks stand between clauses on one line. */
const gap = '  ';

function clauses(context: Context, nodes: readonly TrainClause[], from: number, end: number): Doc {
  const range = bracesBehind(context, from, end);
  return braced(context, nodes, range, (node) => clause(context, node), gap);
}

function clause(context: Context, node: TrainClause): Doc {
  switch (node.kind) {
    case 'setting':
      return named(context, node.name.name, node.value, node.words);
    case 'augment': {
      const range = bracesBehind(context, node.input.span.end, node.span.end);
      const steps = braced(context, node.steps, range, (step) => expression(context, step), ', ');
      return concat(text(`augment ${node.input.name} `), steps);
    }
    case 'phase':
      return concat(
        text(`phase ${node.name.name} `),
        clauses(context, node.clauses, node.name.span.end, node.span.end),
      );
    case 'freeze':
      return text(`freeze ${patterns(node.patterns)}`);
    case 'expect':
      return concat(text('expect '), condition(context, node.condition));
    case 'broken':
      return internal('formatting a text that did not parse');
    default:
      return unreachable(node);
  }
}

function test(context: Context, node: TestItem): Doc {
  const of = node.net ? ` of ${netName(node)}` : '';
  const parts = [...node.inputs, ...node.expects].sort((a, b) => a.span.start - b.span.start);
  const range = bracesBehind(context, (node.variant ?? node.net ?? node.title).span.end, node.span.end);
  const list = braced(context, parts, range, (part) => testPart(context, part), gap);
  return concat(text(`test ${stringText(node.title.span)}${of} `), list);
}

function testPart(context: Context, part: TestItem['inputs'][number] | TestItem['expects'][number]): Doc {
  if ('name' in part) return named(context, part.name.name, part.value);
  const sure = part.with ? concat(text(' with '), condition(context, part.with)) : empty;
  return concat(text('expect '), condition(context, part.condition), sure);
}
