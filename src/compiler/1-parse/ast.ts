/**
 * The syntax tree of a `.cnn` file: plain readonly data, a `span` on every node, no parents, nothing written back.
 * Names are unresolved strings with spans; what they mean is decided in phase 2. A broken statement becomes a `broken`
 * item, so that later phases can go on with the rest. Section numbers refer to docs/language.md.
 */
import type { Source, Span } from './source.ts';

interface Base {
  readonly span: Span;
}

/** A name as written, e.g. a declared value, a parameter, a label. */
export interface Ident extends Base {
  readonly kind: 'ident';
  readonly name: string;
}

/** One parsed file (§3). */
export interface File extends Base {
  readonly kind: 'file';
  readonly source: Source;
  readonly items: readonly Item[];
  /** Every comment in source order, for the formatter and for `// allow code because …`. */
  readonly comments: readonly Comment[];
  /** Where brackets were put in or passed over, in the order of the text: what is read there depends on text further away, too. */
  readonly mended: readonly number[];
}

export interface Comment extends Base {
  readonly kind: 'comment';
  /** Text without the slashes, trimmed at the end. */
  readonly text: string;
  /** True for `///`. */
  readonly doc: boolean;
}

export type Item =
  | UseItem
  | BlockItem
  | NetItem
  | FamilyItem
  | DefaultsItem
  | FilterItem
  | WeightsItem
  | MovedItem
  | TrainItem
  | TestItem
  | LetStatement
  | AssertStatement
  | BudgetStatement
  | BrokenStatement;

/** `use { Bottleneck, ConvBN as CB } from "std/resnet"`. */
export interface UseItem extends Base {
  readonly kind: 'use';
  readonly names: readonly { readonly name: Ident; readonly alias: Ident | undefined }[];
  readonly from: StringLiteral;
}

interface Declaration extends Base {
  readonly exported: boolean;
  /** The `///` comment above, Markdown, or undefined. */
  readonly doc: string | undefined;
  readonly name: Ident;
}

/** A parameter `unit: block = Basic`; `type` is one of int, float, bool, string, list, block, or undefined (any). */
export interface Param extends Base {
  readonly kind: 'param';
  readonly name: Ident;
  readonly type: Ident | undefined;
  readonly default: Expr | undefined;
}

/** `block Basic(c, stride = 1) = add { … } -> relu`, or with a body in braces that names values and gives `out`. */
export interface BlockItem extends Declaration {
  readonly kind: 'block';
  readonly params: readonly Param[];
  /** `= expr` or `{ … }`. */
  readonly body: Expr | Body;
}

/** `net LeNet5(classes = 10) { … }`, `net Flowers extends ResNet18 { … }` or `net ResNet18 = ResNet(Basic, [2, 2, 2, 2])`. */
export interface NetItem extends Declaration {
  readonly kind: 'net';
  readonly params: readonly Param[];
  /** `extends ResNet18` or `extends ResNet(Basic)`. */
  readonly base: Expr | undefined;
  readonly body: Body | undefined;
  /** The right side of `net X = …`; then `body` and `base` are undefined. */
  readonly alias: Expr | undefined;
}

/** `family Net(width, depth) { n = (0.25, 0.34), s = (0.5, 0.34) }` (§5). */
export interface FamilyItem extends Declaration {
  readonly kind: 'family';
  /** The net that varies: `family MobileNet(width)` names the net and those of its parameters that the tuples give. */
  readonly params: readonly Ident[];
  readonly variants: readonly {
    readonly name: Ident;
    readonly values: readonly Expr[];
    readonly span: Span;
  }[];
}

/** `defaults { conv { bias = false } }`: file-wide defaults of operator options. */
export interface DefaultsItem extends Base {
  readonly kind: 'defaults';
  readonly entries: readonly { readonly op: Ident; readonly args: readonly Arg[]; readonly span: Span }[];
}

/** `filter Sobel = [[1, 0, -1], …]`: a fixed kernel. */
export interface FilterItem extends Declaration {
  readonly kind: 'filter';
  readonly value: Expr;
}

/** `weights Flowers from "./resnet18.safetensors" layout torch except logits.**`. */
export interface WeightsItem extends Base {
  readonly kind: 'weights';
  readonly net: Ident;
  readonly from: StringLiteral;
  readonly layout: Ident | undefined;
  readonly except: readonly PathPattern[];
}

/** `moved stem.conv -> stem.conv7`. */
export interface MovedItem extends Base {
  readonly kind: 'moved';
  readonly from: PathPattern;
  readonly to: PathPattern;
}

/**
 * A weight path with wildcards: `**.weight`, `stem.*`, `repeat[0].conv`. `text` is the canonical form without spaces.
 * As an expression (`l2(**.weight)`) it always holds a wildcard; a path without one is a name or a member.
 */
export interface PathPattern extends Base {
  readonly kind: 'pattern';
  readonly text: string;
}

/** `train LeNet5 { … }` (§7). Clauses are kept in order; phase 3 checks them. */
export interface TrainItem extends Base {
  readonly kind: 'train';
  readonly net: Ident;
  readonly clauses: readonly TrainClause[];
}

export type TrainClause =
  /** `loss = …`, `optim = sgd(…) schedule cosine`, `batch = 64`, `data = idx("…") pad digit to 32x32`: `words` are trailing modifiers. */
  | (Base & {
      readonly kind: 'setting';
      readonly name: Ident;
      readonly value: Expr;
      readonly words: readonly Modifier[];
    })
  | (Base & { readonly kind: 'augment'; readonly input: Ident; readonly steps: readonly Expr[] })
  | (Base & { readonly kind: 'phase'; readonly name: Ident; readonly clauses: readonly TrainClause[] })
  | (Base & { readonly kind: 'freeze'; readonly patterns: readonly PathPattern[] })
  | (Base & { readonly kind: 'expect'; readonly condition: Expr })
  | BrokenStatement;

/** A trailing word with its arguments: `schedule cosine`, `pad digit to 32x32`. */
export interface Modifier extends Base {
  readonly kind: 'modifier';
  readonly word: Ident;
  readonly args: readonly Expr[];
}

/** `test "a seven" { digit = "./fixtures/7.png"  expect digit_class == "7" with p > 0.9 }`. */
export interface TestItem extends Base {
  readonly kind: 'test';
  readonly title: StringLiteral;
  /** The net under test: `test "a seven" of LeNet5 { … }`; without it the file's only net. */
  readonly net: Ident | undefined;
  /** Of the net's family: `of Mobile.small`. */
  readonly variant: Ident | undefined;
  readonly inputs: readonly { readonly name: Ident; readonly value: Expr; readonly span: Span }[];
  readonly expects: readonly {
    readonly condition: Expr;
    readonly with: Expr | undefined;
    readonly span: Span;
  }[];
}

/** Statements in braces; the last may be a bare expression, which is the body's result in a block, `repeat`, `each` or `if`. */
export interface Body extends Base {
  readonly kind: 'body';
  readonly statements: readonly Statement[];
}

export type Statement =
  | InStatement
  | OutStatement
  | AssignStatement
  | LetStatement
  | ExprStatement
  | ReplaceStatement
  | AssertStatement
  | BudgetStatement
  | BrokenStatement;

/** `in image: rgb[H, W] = 224x224 where H % 32 == 0 scale 1/255 mean […] std […]` (§5). */
export interface InStatement extends Base {
  readonly kind: 'in';
  readonly doc: string | undefined;
  readonly name: Ident;
  /** rgb, gray, rgba, f32, i32. */
  readonly type: Ident;
  /** The dimensions: `28x28` gives numbers; `[H, W, 3]` names and numbers. Empty for a scalar. */
  readonly dims: readonly Expr[];
  /** `= 224x224`: the size to compile for where `dims` has names. */
  readonly default: Expr | undefined;
  readonly where: readonly Expr[];
  /** scale, mean, std, order, range, fit with their arguments, in order. */
  readonly preprocess: readonly Modifier[];
}

/** In a net `out class: label(logits) of imagenet`; in a block `out expr`. */
export interface OutStatement extends Base {
  readonly kind: 'out';
  readonly doc: string | undefined;
  readonly name: Ident | undefined;
  readonly trainOnly: boolean;
  /** The net form's kind as a call (`label(logits)`, `points(x, 68)`), or any value expression. */
  readonly value: Expr;
  /** `of imagenet`, `of ["cat", "dog"]`, `of "labels.txt"`. */
  readonly of: Expr | undefined;
  /** The braces of `detect(…) { branch x anchors […]  nms { iou = 0.4 } }`. */
  readonly detect: DetectBody | undefined;
}

export interface DetectBody extends Base {
  readonly kind: 'detect';
  readonly branches: readonly {
    readonly value: Expr;
    /** `anchors [(1.2, 1.7), …]`; undefined where the head predicts boxes without them. */
    readonly anchors: Expr | undefined;
    /** `with stride = 32`. */
    readonly options: readonly Arg[];
    readonly span: Span;
  }[];
  readonly nms: readonly Arg[];
}

/** `y = x -> conv(64, 3)`; `train_only aux1 = …`. */
export interface AssignStatement extends Base {
  readonly kind: 'assign';
  readonly name: Ident;
  readonly trainOnly: boolean;
  readonly value: Expr;
}

/** `let face = FaceNet(128)` (one instance, shared weights) or `let k = 2 * c` (a compile-time constant). */
export interface LetStatement extends Base {
  readonly kind: 'let';
  readonly exported: boolean;
  readonly name: Ident;
  readonly value: Expr;
}

/** A bare expression: the result of its body, or a pipeline that names its values with `as`. */
export interface ExprStatement extends Base {
  readonly kind: 'expr';
  readonly value: Expr;
}

/** `replace logits = body -> gap -> dense(5)` in a net that extends another. */
export interface ReplaceStatement extends Base {
  readonly kind: 'replace';
  readonly name: Ident;
  readonly value: Expr;
}

export interface AssertStatement extends Base {
  readonly kind: 'assert';
  readonly condition: Expr;
  /** `assert x == y, "why"`. */
  readonly message: StringLiteral | undefined;
}

/** `budget { params <= 62k, macs <= 420k }`. */
export interface BudgetStatement extends Base {
  readonly kind: 'budget';
  /** `budget LeNet5 { … }` at file level; undefined inside a net or where the file has one net. */
  readonly net: Ident | undefined;
  /** Of the net's family: `budget Mobile.small { … }`. */
  readonly variant: Ident | undefined;
  readonly limits: readonly Expr[];
}

/**
 * A statement that did not parse; its diagnostics were reported. `declares` are the names it was about to declare, as far as
 * could be seen (those that stand in an import), so that uses of a name are not reported as unknown too.
 */
export interface BrokenStatement extends Base {
  readonly kind: 'broken';
  readonly declares: readonly Ident[];
}

export type Expr =
  | NumberLiteral
  | SizeLiteral
  | StringLiteral
  | BoolLiteral
  | ListExpr
  | TupleExpr
  | RangeExpr
  | NameExpr
  | MemberExpr
  | IndexExpr
  | CallExpr
  | UnaryExpr
  | BinaryExpr
  | PipelineExpr
  | MergeExpr
  | IfExpr
  | RepeatExpr
  | EachExpr
  | PathPattern
  | BrokenExpr;

/** `61_706`, `420k`, `0.5`, `300 kB`: `value` has the suffix applied; `unit` keeps it (`k`, `M`, `G`, `kB`, `MB`, `GB`, `%`). */
export interface NumberLiteral extends Base {
  readonly kind: 'number';
  readonly value: number;
  readonly unit: string | undefined;
  /** True when written without a fraction or exponent, so that `/` floors. */
  readonly integer: boolean;
}

/** `3x3`, `224x224x3`. */
export interface SizeLiteral extends Base {
  readonly kind: 'size';
  readonly dims: readonly number[];
}

export interface StringLiteral extends Base {
  readonly kind: 'string';
  readonly value: string;
}

export interface BoolLiteral extends Base {
  readonly kind: 'bool';
  readonly value: boolean;
}

export interface ListExpr extends Base {
  readonly kind: 'list';
  readonly items: readonly Expr[];
}

/** `(0, 1)`: two or more. */
export interface TupleExpr extends Base {
  readonly kind: 'tuple';
  readonly items: readonly Expr[];
}

/** `0.7..1`, `-1..1`. */
export interface RangeExpr extends Base {
  readonly kind: 'range';
  readonly from: Expr;
  readonly to: Expr;
}

/** A bare name; `in` is the incoming value of a block. An operator or block without arguments is a name too: `-> relu`. */
export interface NameExpr extends Base {
  readonly kind: 'name';
  readonly name: string;
}

/** `in.C`, `ResNet18.params`, `val.accuracy`. */
export interface MemberExpr extends Base {
  readonly kind: 'member';
  readonly object: Expr;
  readonly member: Ident;
}

/** `depth[0]`; negative indices count from the end. */
export interface IndexExpr extends Base {
  readonly kind: 'index';
  readonly object: Expr;
  readonly index: Expr;
}

/** `conv(64, 3, pad = same)`: an operator, block, instance, net, or compile-time function (`len`, `sum`, `floor`, …). */
export interface CallExpr extends Base {
  readonly kind: 'call';
  readonly callee: Expr;
  readonly args: readonly Arg[];
}

export interface Arg extends Base {
  readonly kind: 'arg';
  readonly name: Ident | undefined;
  readonly value: Expr;
}

export interface UnaryExpr extends Base {
  readonly kind: 'unary';
  readonly op: '-' | 'not';
  readonly operand: Expr;
}

export type BinaryOp =
  '+' | '-' | '*' | '/' | '%' | '^' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or';

export interface BinaryExpr extends Base {
  readonly kind: 'binary';
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
}

/**
 * `x -> conv(64, 3) as c -> relu`. Always has two or more stages, or one with an `as`. The first stage is a value, or
 * (in a block body, a branch, a repeat) something applied to the incoming value: names decide which, in phase 2.
 */
export interface PipelineExpr extends Base {
  readonly kind: 'pipeline';
  readonly stages: readonly Stage[];
}

export interface Stage extends Base {
  readonly kind: 'stage';
  readonly expr: Expr;
  /** A trailing `as name`: names the value and its weights. */
  readonly as: Ident | undefined;
}

/** `add { main: …  skip: identity }`: an operator with one branch per line. */
export interface MergeExpr extends Base {
  readonly kind: 'merge';
  /** add, sub, mul, div, max, min, concat (checked in phase 2). */
  readonly op: Ident;
  /** Options in parentheses before the braces: `concat(axis = H) { … }`. */
  readonly args: readonly Arg[];
  readonly branches: readonly Branch[];
}

export interface Branch extends Base {
  readonly kind: 'branch';
  readonly label: Ident | undefined;
  readonly value: Expr;
}

/** `if cond { a } else { b }`; `else if` nests. A missing else is `identity` in a pipeline. */
export interface IfExpr extends Base {
  readonly kind: 'if';
  readonly condition: Expr;
  readonly then: Body;
  readonly else: Body | IfExpr | undefined;
}

/** `repeat(3) { Basic(64) }`. */
export interface RepeatExpr extends Base {
  readonly kind: 'repeat';
  readonly count: Expr;
  readonly body: Body;
}

/** `[c, n, s]` in place of the name of an item: names for its parts. */
export interface EachParts extends Base {
  readonly kind: 'parts';
  readonly names: readonly Ident[];
}

/** `each (n, i) of [3, 4, 6, 3] as stage { … }`; `label` is in the path names. */
export interface EachExpr extends Base {
  readonly kind: 'each';
  readonly item: Ident | EachParts;
  readonly index: Ident | undefined;
  readonly list: Expr;
  readonly label: Ident | undefined;
  readonly body: Body;
}

/** An expression that did not parse. */
export interface BrokenExpr extends Base {
  readonly kind: 'broken-expr';
}
