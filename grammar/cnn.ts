/**
 * The grammar of `.cnn`: rules only, in the order of docs/language.md (expressions are in expressions.ts). The tree that comes
 * out is concrete (Chevrotain's CST); src/compiler/1-parse/build/ makes the Ast of it. Two things happen before: layout.ts
 * decides which line ends end a statement (`End`) and which words are keywords, and brackets.ts makes every bracket match.
 * One thing happens between the rules: an entry of a list that fails is skipped as a whole and leaves `Broken` there (`LIST`).
 */
import { ExpressionParser } from './expressions.ts';
import type { Rule } from './expressions.ts';
import type { ParserOptions } from './recovering-parser.ts';
import * as t from './tokens.ts';

export class CnnParser extends ExpressionParser {
  constructor(options: ParserOptions) {
    super(t.allTokens, options);
    this.performSelfAnalysis();
  }

  // ---- Files

  readonly file: Rule = this.RULE('file', () => {
    this.LIST(t.End, this.item);
  });

  readonly item: Rule = this.RULE('item', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.use) },
      { ALT: () => this.SUBRULE(this.declaration) },
      { ALT: () => this.SUBRULE(this.defaults) },
      { ALT: () => this.SUBRULE(this.weights) },
      { ALT: () => this.SUBRULE(this.moved) },
      { ALT: () => this.SUBRULE(this.train) },
      { ALT: () => this.SUBRULE(this.test) },
      { ALT: () => this.SUBRULE(this.assert) },
      { ALT: () => this.SUBRULE(this.budget) },
    ]);
  });

  readonly use: Rule = this.RULE('use', () => {
    this.CONSUME(t.Use);
    this.CONSUME(t.LCurly);
    this.LIST(t.Separator, this.usedName);
    this.CONSUME(t.RCurly);
    this.CONSUME(t.From);
    this.CONSUME(t.StringToken);
  });

  readonly usedName: Rule = this.RULE('usedName', () => {
    this.CONSUME(t.Name, { LABEL: 'name' });
    this.OPTION(() => {
      this.CONSUME(t.As);
      this.CONSUME2(t.Name, { LABEL: 'alias' });
    });
  });

  readonly declaration: Rule = this.RULE('declaration', () => {
    this.OPTION(() => this.CONSUME(t.Export));
    this.OR([
      { ALT: () => this.SUBRULE(this.block) },
      { ALT: () => this.SUBRULE(this.net) },
      { ALT: () => this.SUBRULE(this.family) },
      { ALT: () => this.SUBRULE(this.filter) },
      { ALT: () => this.SUBRULE(this.letStatement) },
    ]);
  });

  // ---- Blocks and nets

  readonly block: Rule = this.RULE('block', () => {
    this.CONSUME(t.Block);
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.params));
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Equal);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.body) },
    ]);
  });

  readonly net: Rule = this.RULE('net', () => {
    this.CONSUME(t.Net);
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.params));
    this.OPTION2(() => {
      this.CONSUME(t.Extends);
      this.SUBRULE(this.operand, { LABEL: 'base' });
    });
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Equal);
          this.SUBRULE(this.expression);
        },
      },
      { ALT: () => this.SUBRULE(this.body) },
    ]);
  });

  readonly params: Rule = this.RULE('params', () => {
    this.CONSUME(t.LParen);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.param) });
    this.CONSUME(t.RParen);
  });

  readonly param: Rule = this.RULE('param', () => {
    this.CONSUME(t.Name, { LABEL: 'name' });
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.CONSUME2(t.Name, { LABEL: 'type' });
    });
    this.OPTION2(() => {
      this.CONSUME(t.Equal);
      this.SUBRULE(this.expression, { LABEL: 'default' });
    });
  });

  readonly body: Rule = this.RULE('body', () => {
    this.CONSUME(t.LCurly);
    this.LIST(t.End, this.statement);
    this.CONSUME(t.RCurly);
  });

  readonly statement: Rule = this.RULE('statement', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.inStatement) },
      { ALT: () => this.SUBRULE(this.outStatement) },
      { ALT: () => this.SUBRULE(this.letStatement) },
      { ALT: () => this.SUBRULE(this.replace) },
      { ALT: () => this.SUBRULE(this.assert) },
      { ALT: () => this.SUBRULE(this.budget) },
      { ALT: () => this.SUBRULE(this.assign) },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
  });

  readonly assign: Rule = this.RULE('assign', () => {
    this.OPTION(() => this.CONSUME(t.TrainOnly));
    this.CONSUME(t.Name);
    this.CONSUME(t.Equal);
    this.SUBRULE(this.expression);
  });

  readonly letStatement: Rule = this.RULE('letStatement', () => {
    this.CONSUME(t.Let);
    this.CONSUME(t.Name);
    this.CONSUME(t.Equal);
    this.SUBRULE(this.expression);
  });

  readonly replace: Rule = this.RULE('replace', () => {
    this.CONSUME(t.Replace);
    this.CONSUME(t.Name);
    this.CONSUME(t.Equal);
    this.SUBRULE(this.expression);
  });

  // ---- Inputs and outputs

  readonly inStatement: Rule = this.RULE('inStatement', () => {
    this.CONSUME(t.In);
    this.CONSUME(t.Name, { LABEL: 'name' });
    this.CONSUME(t.Colon);
    this.CONSUME2(t.Name, { LABEL: 'type' });
    this.OPTION(() => this.SUBRULE(this.dims));
    this.OPTION2(() => {
      this.CONSUME(t.Equal);
      this.SUBRULE(this.operation, { LABEL: 'default' });
    });
    this.OPTION3(() => {
      this.CONSUME(t.Where);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE2(this.operation, { LABEL: 'where' }) });
    });
    this.MANY(() => this.SUBRULE(this.modifier));
  });

  readonly dims: Rule = this.RULE('dims', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Size) },
      { ALT: () => this.CONSUME(t.NumberToken) },
      { ALT: () => this.SUBRULE(this.list) },
    ]);
  });

  /** `scale 1/255`, `order bgr`, `schedule cosine`, `to 32x32`. */
  readonly modifier: Rule = this.RULE('modifier', () => {
    this.CONSUME(t.ModifierWord);
    this.OPTION(() => this.SUBRULE(this.operation));
  });

  readonly outStatement: Rule = this.RULE('outStatement', () => {
    this.OPTION(() => this.CONSUME(t.TrainOnly));
    this.CONSUME(t.Out);
    this.OPTION2(() => {
      this.CONSUME(t.Name);
      this.CONSUME(t.Colon);
    });
    this.SUBRULE(this.expression);
    this.OPTION3(() => {
      this.CONSUME(t.Of);
      this.SUBRULE(this.operation);
    });
    this.OPTION4(() => this.SUBRULE(this.detectBody));
  });

  readonly detectBody: Rule = this.RULE('detectBody', () => {
    this.CONSUME(t.LCurly);
    this.LIST(t.Separator, this.detectEntry);
    this.CONSUME(t.RCurly);
  });

  readonly detectEntry: Rule = this.RULE('detectEntry', () => {
    this.OR([{ ALT: () => this.SUBRULE(this.detectBranch) }, { ALT: () => this.SUBRULE(this.nms) }]);
  });

  readonly detectBranch: Rule = this.RULE('detectBranch', () => {
    this.CONSUME(t.DetectBranch);
    this.SUBRULE(this.expression, { LABEL: 'value' });
    this.OPTION(() => {
      this.CONSUME(t.Anchors);
      this.SUBRULE(this.operation, { LABEL: 'anchors' });
    });
    this.OPTION2(() => {
      this.CONSUME(t.With);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.arg) });
    });
  });

  readonly nms: Rule = this.RULE('nms', () => {
    this.CONSUME(t.Nms);
    this.SUBRULE(this.options);
  });

  /** `{ bias = false, k = 3 }`. */
  readonly options: Rule = this.RULE('options', () => {
    this.CONSUME(t.LCurly);
    this.LIST(t.Separator, this.arg);
    this.CONSUME(t.RCurly);
  });

  // ---- Families, defaults, fixed kernels, weights

  readonly family: Rule = this.RULE('family', () => {
    this.CONSUME(t.Family);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.LParen);
      this.MANY_SEP({ SEP: t.Comma, DEF: () => this.CONSUME2(t.Name, { LABEL: 'param' }) });
      this.CONSUME(t.RParen);
    });
    this.CONSUME(t.LCurly);
    this.LIST(t.Separator, this.variant);
    this.CONSUME(t.RCurly);
  });

  readonly variant: Rule = this.RULE('variant', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Equal);
    this.SUBRULE(this.expression);
  });

  readonly defaults: Rule = this.RULE('defaults', () => {
    this.CONSUME(t.Defaults);
    this.CONSUME(t.LCurly);
    this.LIST(t.Separator, this.defaultsEntry);
    this.CONSUME(t.RCurly);
  });

  readonly defaultsEntry: Rule = this.RULE('defaultsEntry', () => {
    this.CONSUME(t.Name);
    this.SUBRULE(this.options);
  });

  readonly filter: Rule = this.RULE('filter', () => {
    this.CONSUME(t.Filter);
    this.CONSUME(t.Name);
    this.CONSUME(t.Equal);
    this.SUBRULE(this.expression);
  });

  readonly weights: Rule = this.RULE('weights', () => {
    this.CONSUME(t.Weights);
    this.CONSUME(t.Name);
    this.CONSUME(t.From);
    this.CONSUME(t.StringToken);
    this.OPTION(() => {
      this.CONSUME(t.Layout);
      this.CONSUME2(t.Name, { LABEL: 'layout' });
    });
    this.OPTION2(() => {
      this.CONSUME(t.Except);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.pattern) });
    });
  });

  readonly moved: Rule = this.RULE('moved', () => {
    this.CONSUME(t.Moved);
    this.SUBRULE(this.pattern);
    this.CONSUME(t.Arrow);
    this.SUBRULE2(this.pattern);
  });

  /** A weight path: `stage2.repeat[0].conv`, `logits.**`. */
  readonly pattern: Rule = this.RULE('pattern', () => {
    this.AT_LEAST_ONE_SEP({ SEP: t.Dot, DEF: () => this.SUBRULE(this.patternPart) });
  });

  readonly patternPart: Rule = this.RULE('patternPart', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Word) }, { ALT: () => this.CONSUME(t.Wildcard) }]);
    this.OPTION(() => {
      this.CONSUME(t.LSquare);
      this.OR2([
        { ALT: () => this.CONSUME(t.NumberToken) },
        { ALT: () => this.CONSUME2(t.Wildcard, { LABEL: 'anyIndex' }) },
      ]);
      this.CONSUME(t.RSquare);
    });
  });

  // ---- Training, tests, budgets

  readonly train: Rule = this.RULE('train', () => {
    this.CONSUME(t.Train);
    this.CONSUME(t.Name);
    this.SUBRULE(this.trainBody);
  });

  readonly trainBody: Rule = this.RULE('trainBody', () => {
    this.CONSUME(t.LCurly);
    this.LIST(t.Separator, this.trainClause);
    this.CONSUME(t.RCurly);
  });

  readonly trainClause: Rule = this.RULE('trainClause', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.setting) },
      { ALT: () => this.SUBRULE(this.augment) },
      { ALT: () => this.SUBRULE(this.phase) },
      { ALT: () => this.SUBRULE(this.freeze) },
      { ALT: () => this.SUBRULE(this.expect) },
    ]);
  });

  readonly setting: Rule = this.RULE('setting', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Equal);
    this.SUBRULE(this.expression);
    this.MANY(() => this.SUBRULE(this.modifier));
  });

  readonly augment: Rule = this.RULE('augment', () => {
    this.CONSUME(t.Augment);
    this.CONSUME(t.Name);
    this.CONSUME(t.LCurly);
    this.LIST(t.Separator, this.expression);
    this.CONSUME(t.RCurly);
  });

  readonly phase: Rule = this.RULE('phase', () => {
    this.CONSUME(t.Phase);
    this.CONSUME(t.Name);
    this.SUBRULE(this.trainBody);
  });

  readonly freeze: Rule = this.RULE('freeze', () => {
    this.CONSUME(t.Freeze);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.pattern) });
  });

  readonly expect: Rule = this.RULE('expect', () => {
    this.CONSUME(t.Expect);
    this.SUBRULE(this.operation);
  });

  readonly test: Rule = this.RULE('test', () => {
    this.CONSUME(t.Test);
    this.CONSUME(t.StringToken);
    this.OPTION(() => {
      this.CONSUME(t.Of);
      this.SUBRULE(this.netName);
    });
    this.CONSUME(t.LCurly);
    this.LIST(t.Separator, this.testClause);
    this.CONSUME(t.RCurly);
  });

  readonly testClause: Rule = this.RULE('testClause', () => {
    this.OR([{ ALT: () => this.SUBRULE(this.testExpect) }, { ALT: () => this.SUBRULE(this.testInput) }]);
  });

  readonly testInput: Rule = this.RULE('testInput', () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Equal);
    this.SUBRULE(this.expression);
  });

  readonly testExpect: Rule = this.RULE('testExpect', () => {
    this.CONSUME(t.Expect);
    this.SUBRULE(this.operation, { LABEL: 'condition' });
    this.OPTION(() => {
      this.CONSUME(t.With);
      this.SUBRULE2(this.operation, { LABEL: 'with' });
    });
  });

  readonly assert: Rule = this.RULE('assert', () => {
    this.CONSUME(t.Assert);
    this.SUBRULE(this.operation);
    this.OPTION(() => {
      this.CONSUME(t.Comma);
      this.CONSUME(t.StringToken);
    });
  });

  readonly budget: Rule = this.RULE('budget', () => {
    this.CONSUME(t.Budget);
    this.OPTION(() => this.SUBRULE(this.netName));
    this.CONSUME(t.LCurly);
    this.LIST(t.Separator, this.operation);
    this.CONSUME(t.RCurly);
  });

  /** A net, or a variant of its family: `Mobile.small`. */
  readonly netName: Rule = this.RULE('netName', () => {
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Dot);
      this.CONSUME2(t.Name, { LABEL: 'variant' });
    });
  });
}
