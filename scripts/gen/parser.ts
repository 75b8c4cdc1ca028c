/**
 * Generates from the grammar the parser that text without mistakes goes through: one function a rule, straight-line code that
 * makes the same concrete tree as Chevrotain's interpreter does (but for signs that nothing is read from) and gives up at the first token that does not fit (the
 * interpreter then says what is wrong). Decisions look at one token, or at two where one does not tell an alternative from
 * what follows it in its rule: Chevrotain's LL(k) with k ≤ 2.
 */
import type { ISerializedGast } from 'chevrotain';
import { CnnParser } from '../../grammar/cnn.ts';
import * as t from '../../grammar/tokens.ts';
import type { GeneratedFile } from '../gen.ts';

type Production = ISerializedGast & {
  readonly definition?: readonly Production[];
  readonly separator?: Production;
  readonly name?: string;
  readonly label?: string;
  readonly terminalLabel?: string;
  readonly idx?: number;
};

export async function generate(): Promise<readonly GeneratedFile[]> {
  const grammar = new CnnParser({ skipValidations: true }).getSerializedGastProductions() as Production[];
  return [{ path: 'grammar/generated/parser.ts', text: new Writer(grammar).text() }];
}

/** The beginning of what a production matches: names of token types. */
type Path = readonly string[];

class Writer {
  readonly #rules: ReadonlyMap<string, Production>;
  /** Tables of the decisions by their text, so that equal ones are one. */
  readonly #tables = new Map<string, string>();

  constructor(grammar: readonly Production[]) {
    this.#rules = new Map(grammar.map((rule) => [rule.name ?? '', rule]));
  }

  text(): string {
    const rules = [...this.#rules.values()].map((rule) => this.#rule(rule));
    const tables = [...this.#tables].map(([text, name]) => `const ${name} = ${text};`);
    return [header, ...tables, '', ...rules].join('\n');
  }

  #rule(rule: Production): string {
    const children = keysOf(rule)
      .filter(isKept)
      .map((key) => `    ${key}: undefined as Children,`);
    const body = this.#sequence(rule.definition ?? [], [], '  ');
    return [
      `function ${rule.name}(): CstNode {`,
      '  const start = at;',
      '  const c = {',
      ...children,
      '  };',
      ...body,
      `  return node('${rule.name}', c, start);`,
      '}',
      '',
    ].join('\n');
  }

  /** `after` is what follows in the rule. */
  #sequence(nodes: readonly Production[], after: readonly Production[], indent: string): string[] {
    return nodes.flatMap((one, i) => this.#production(one, [...nodes.slice(i + 1), ...after], indent));
  }

  #production(node: Production, after: readonly Production[], indent: string): string[] {
    const inside = (following: readonly Production[]): string[] =>
      this.#sequence(node.definition ?? [], following, `${indent}  `);
    switch (node.type) {
      case 'Terminal':
        return [push(node, `take(${this.#set([node.name ?? ''])})`, indent)];
      case 'NonTerminal':
        return [push(node, `${node.name}()`, indent)];
      case 'Option':
        return [`${indent}if (${this.#enters(node, after)}) {`, ...inside(after), `${indent}}`];
      case 'Repetition':
        return [`${indent}while (${this.#enters(node, after)}) {`, ...inside([node, ...after]), `${indent}}`];
      case 'RepetitionWithSeparator':
        return this.#separated(
          node,
          after,
          indent,
          node.idx === 9 ? `at < end && !sees(${this.#set(['RCurly'])})` : this.#enters(node, after),
        );
      case 'RepetitionMandatoryWithSeparator':
        return this.#separated(node, after, indent, undefined);
      case 'Alternation':
        return this.#alternation(node, after, indent);
      default:
        throw new Error(`no code for a ${node.type}`);
    }
  }

  /** A list in braces has to reach their end; others end where no separator follows. */
  #separated(
    node: Production,
    after: readonly Production[],
    indent: string,
    enters: string | undefined,
  ): string[] {
    const { definition = [], separator } = node;
    if (!separator) throw new Error('a separated repetition without separator');
    const inner = enters === undefined ? indent : `${indent}  `;
    const entry = this.#sequence(definition, [separator, ...after], `${inner}  `);
    const loop = [
      `${inner}for (;;) {`,
      ...entry,
      `${inner}  if (!sees(${this.#set([separator.name ?? ''])})) break;`,
      isKept(keyOf(separator)) ? push(separator, 'tokens[at++] as IToken', `${inner}  `) : `${inner}  at++;`,
      `${inner}}`,
    ];
    return enters === undefined ? loop : [`${indent}if (${enters}) {`, ...loop, `${indent}}`];
  }

  #alternation(node: Production, after: readonly Production[], indent: string): string[] {
    const alternatives = node.definition ?? [];
    const firsts = alternatives.map((one) => this.#paths([one, ...after], 1));
    const lines = alternatives.flatMap((one, i) => {
      const others = firsts.filter((_, j) => j !== i).flat();
      const one1 = firsts[i] ?? [];
      const test = overlap(one1, others) ? this.#pairs(this.#paths([one, ...after], 2)) : this.#single(one1);
      const body = this.#sequence(one.definition ?? [], after, `${indent}  `);
      return [`${indent}${i === 0 ? '' : '} else '}if (${test}) {`, ...body];
    });
    return [...lines, `${indent}} else fail();`];
  }

  /** The test whether an optional production begins here. */
  #enters(node: Production, after: readonly Production[]): string {
    const content = node.definition ?? [];
    const first = this.#paths(content, 1);
    const isClear = !overlap(first, this.#paths(after, 1));
    return isClear ? this.#single(first) : this.#pairs(this.#paths(content, 2));
  }

  #single(paths: readonly Path[]): string {
    return `sees(${this.#set(paths.flatMap(([first]) => first ?? []))})`;
  }

  #pairs(paths: readonly Path[]): string {
    const texts = [...new Set(paths.map((path) => `'${path.join(' ')}'`))].sort();
    return `seesTwo(${this.#table(`pairs(${texts.join(', ')})`)})`;
  }

  #set(names: readonly string[]): string {
    const texts = [...new Set(names)].sort().map((name) => `'${name}'`);
    return this.#table(`types(${texts.join(', ')})`);
  }

  #table(text: string): string {
    const name = this.#tables.get(text) ?? `t${this.#tables.size}`;
    this.#tables.set(text, name);
    return name;
  }

  // ---- What a production begins with: FIRST_k, where a path shorter than k ends with the production

  #paths(nodes: readonly Production[], k: number): readonly Path[] {
    const [head, ...rest] = nodes;
    if (k === 0 || !head) return [[]];
    return this.#pathsOf(head, k).flatMap((path) =>
      path.length < k ? this.#paths(rest, k - path.length).map((more) => [...path, ...more]) : [path],
    );
  }

  #pathsOf(node: Production, k: number): readonly Path[] {
    const { definition = [], separator, name = '' } = node;
    switch (node.type) {
      case 'Terminal':
        return [[name]];
      case 'NonTerminal':
        return this.#paths(this.#rules.get(name)?.definition ?? [], k);
      case 'Option':
        return [[], ...this.#paths(definition, k)];
      case 'Repetition':
        return [[], ...this.#paths([...definition, node], k)];
      case 'RepetitionWithSeparator':
        return [[], ...this.#paths([...definition, again(node, separator)], k)];
      case 'RepetitionMandatoryWithSeparator':
        return this.#paths([...definition, again(node, separator)], k);
      case 'Alternation':
        return definition.flatMap((one) => this.#pathsOf(one, k));
      default:
        return this.#paths(definition, k);
    }
  }
}

/** `(separator entry)*`, as it follows the first entry. */
function again(node: Production, separator: Production | undefined): Production {
  const definition = [...(separator ? [separator] : []), ...(node.definition ?? [])];
  return { type: 'Repetition', definition } as unknown as Production;
}

/** Whether one token may begin a path of both. */
function overlap(a: readonly Path[], b: readonly Path[]): boolean {
  const types = (paths: readonly Path[]): string[] =>
    paths.flatMap(([first]) => (first === undefined ? [] : expand(first)));
  const known = new Set(types(a));
  return types(b).some((type) => known.has(type));
}

/** A type and all that belong to its category. */
function expand(name: string): readonly string[] {
  return t.allTokens.filter((type) => isOf(type, name)).map((type) => type.name);
}

function isOf(type: (typeof t.allTokens)[number], name: string): boolean {
  return type.name === name || (type.CATEGORIES ?? []).some((category) => isOf(category, name));
}

function push(node: Production, value: string, indent: string): string {
  const key = keyOf(node);
  return isKept(key) ? `${indent}c.${key} = add(c.${key}, ${value});` : `${indent}${value};`;
}

/** Signs that nothing is read from: the tree is without them, which makes it a third smaller. */
export const unread: ReadonlySet<string> = new Set(
  'Dot LSquare RSquare RParen Comma Equal Colon MergeCurly LCurly RCurly Separator End'.split(' '),
);

const isKept = (key: string): boolean => !unread.has(key);

/** Under which key of its parent a production's matches are. */
function keyOf(node: Production): string {
  const name = node.name ?? '';
  const label = node.type === 'Terminal' ? node.terminalLabel : node.label;
  return label === undefined ? name : label;
}

function keysOf(node: Production): readonly string[] {
  const { definition = [], separator } = node;
  const own = node.type === 'Terminal' || node.type === 'NonTerminal' ? [keyOf(node)] : [];
  const parts = [...definition, ...(separator ? [separator] : [])];
  return [...new Set([...own, ...parts.flatMap(keysOf)])];
}

const header = `// Generated by \`npm run gen\` from grammar/: the parser for text without mistakes.
import type { CstElement, CstNode, IToken } from 'chevrotain';
import { pairs, types, type Pairs, type Types } from '../token-sets.ts';

type Children = CstElement[] | undefined;

let tokens: readonly IToken[] = [];
let at = 0;
/** Where the tokens that are parsed end. */
let end = 0;

/** Thrown, without a stack, at the first token that does not fit. */
const misfit = Symbol('misfit');

/** The concrete tree of the tokens from \`from\` to \`to\` (exclusive), as a whole file; undefined where something does not fit. */
export function parseTokens(all: readonly IToken[], from: number, to: number): CstNode | undefined {
  tokens = all;
  at = from;
  end = to;
  try {
    const tree = file();
    return at === end ? tree : undefined;
  } catch (error) {
    if (error === misfit) return undefined;
    throw error;
  } finally {
    tokens = [];
  }
}

function fail(): never {
  throw misfit;
}

/** The type of the token \`ahead\` of the next one; 0 behind the end. */
function typeAt(ahead: number): number {
  const i = at + ahead;
  return i < end ? (tokens[i] as IToken).tokenTypeIdx : 0;
}

const sees = (set: Types): boolean => set[typeAt(0)] === 1;

function seesTwo(set: Pairs): boolean {
  const second = set[typeAt(0)];
  return second !== undefined && (second === true || second[typeAt(1)] === 1);
}

function take(set: Types): IToken {
  if (!sees(set)) throw misfit;
  return tokens[at++] as IToken;
}

/** One more of its kind. Most are alone, so that a list is made as long as it is. */
function add(children: Children, child: CstElement): CstElement[] {
  if (children === undefined) return [child];
  children.push(child);
  return children;
}

/** A node that is its own location. Keys without matches are undefined here and missing in Chevrotain's trees. */
class Node {
  readonly name: string;
  readonly children: { readonly [key: string]: Children };
  readonly startOffset: number;
  readonly endOffset: number;

  constructor(name: string, children: { readonly [key: string]: Children }, start: number) {
    this.name = name;
    this.children = children;
    // A rule that matched nothing is nowhere.
    this.startOffset = start < at ? (tokens[start] as IToken).startOffset : -1;
    this.endOffset = start < at ? ((tokens[at - 1] as IToken).endOffset ?? -1) : -1;
  }

  get location(): { readonly startOffset: number; readonly endOffset: number } {
    return this;
  }
}

function node(name: string, children: { readonly [key: string]: Children }, start: number): CstNode {
  return new Node(name, children, start) as unknown as CstNode;
}
`;
