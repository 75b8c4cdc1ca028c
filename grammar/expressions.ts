/**
 * Expressions: pipelines, operations, merges, `if`, `repeat`, `each`. Operators have no rules of their own: `operation` is a flat
 * list, and 1-parse/build/operators.ts holds their precedence; so nesting costs few calls and a long sum costs none.
 */
import type { CstNode, ParserMethod } from 'chevrotain';
import { RecoveringParser } from './recovering-parser.ts';
import * as t from './tokens.ts';

export type Rule = ParserMethod<[], CstNode>;

export abstract class ExpressionParser extends RecoveringParser {
  abstract readonly body: Rule;

  /** A pipeline: `x -> conv(64, 3) as c -> relu`. */
  readonly expression: Rule = this.RULE('expression', () => {
    this.AT_LEAST_ONE_SEP({
      SEP: t.Arrow,
      DEF: () => {
        this.SUBRULE(this.operation);
        this.OPTION(() => {
          this.CONSUME(t.As);
          this.CONSUME(t.Name, { LABEL: 'as' });
        });
      },
    });
  });

  readonly operation: Rule = this.RULE('operation', () => {
    this.SUBRULE(this.operand);
    this.MANY(() => {
      this.CONSUME(t.Operator, { LABEL: 'operator' });
      this.SUBRULE2(this.operand);
    });
  });

  /** A value with what stands directly before and behind it: `-f(x)[0].C`, `add { … }`. */
  readonly operand: Rule = this.RULE('operand', () => {
    this.MANY(() => this.CONSUME(t.Prefix, { LABEL: 'prefix' }));
    this.OR([
      { ALT: () => this.CONSUME(t.Name) },
      { ALT: () => this.CONSUME(t.NumberToken) },
      { ALT: () => this.CONSUME(t.Size) },
      { ALT: () => this.CONSUME(t.StringToken) },
      { ALT: () => this.CONSUME(t.Incoming) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      { ALT: () => this.CONSUME(t.Wildcard) },
      { ALT: () => this.SUBRULE(this.parens) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.ifExpression) },
      { ALT: () => this.SUBRULE(this.repeat) },
      { ALT: () => this.SUBRULE(this.each) },
    ]);
    this.MANY2(() => this.SUBRULE(this.suffix));
    this.OPTION(() => this.SUBRULE(this.branches));
  });

  /** `.C`, `[0]`, `(64, stride = 2)`. */
  readonly suffix: Rule = this.RULE('suffix', () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Dot);
          this.OR2([{ ALT: () => this.CONSUME(t.Word) }, { ALT: () => this.CONSUME(t.Wildcard) }]);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LSquare);
          this.SUBRULE(this.expression, { LABEL: 'index' });
          this.CONSUME(t.RSquare);
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LParen);
          this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.arg) });
          this.CONSUME(t.RParen);
        },
      },
    ]);
  });

  readonly arg: Rule = this.RULE('arg', () => {
    this.OPTION(() => {
      this.CONSUME(t.Word);
      this.CONSUME(t.Equal);
    });
    this.SUBRULE(this.expression);
  });

  /** `(a - b)`, or a tuple `(0, 1)`. */
  readonly parens: Rule = this.RULE('parens', () => {
    this.CONSUME(t.LParen);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RParen);
  });

  readonly list: Rule = this.RULE('list', () => {
    this.CONSUME(t.LSquare);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.expression) });
    this.CONSUME(t.RSquare);
  });

  /** The braces of a merge: `add { main: …  skip: … }`. */
  readonly branches: Rule = this.RULE('branches', () => {
    this.CONSUME(t.MergeCurly);
    this.LIST(t.Separator, this.branch);
    this.CONSUME(t.RCurly);
  });

  readonly branch: Rule = this.RULE('branch', () => {
    this.OPTION(() => {
      this.CONSUME(t.Word);
      this.CONSUME(t.Colon);
    });
    this.SUBRULE(this.expression);
  });

  readonly ifExpression: Rule = this.RULE('ifExpression', () => {
    this.CONSUME(t.If);
    this.SUBRULE(this.operation);
    this.SUBRULE(this.body);
    this.MANY(() => {
      this.CONSUME(t.Else);
      this.CONSUME2(t.If);
      this.SUBRULE2(this.operation);
      this.SUBRULE2(this.body);
    });
    this.OPTION(() => {
      this.CONSUME2(t.Else);
      this.SUBRULE3(this.body, { LABEL: 'otherwise' });
    });
  });

  readonly repeat: Rule = this.RULE('repeat', () => {
    this.CONSUME(t.Repeat);
    this.CONSUME(t.LParen);
    this.SUBRULE(this.expression);
    this.CONSUME(t.RParen);
    this.SUBRULE(this.body);
  });

  readonly each: Rule = this.RULE('each', () => {
    this.CONSUME(t.Each);
    this.OR([
      { ALT: () => this.SUBRULE(this.eachItem) },
      {
        ALT: () => {
          this.CONSUME(t.LParen);
          this.SUBRULE2(this.eachItem);
          this.CONSUME(t.Comma);
          this.CONSUME(t.Name, { LABEL: 'position' });
          this.CONSUME(t.RParen);
        },
      },
    ]);
    this.CONSUME(t.Of);
    this.SUBRULE(this.operation);
    this.OPTION(() => {
      this.CONSUME(t.As);
      this.CONSUME2(t.Name, { LABEL: 'label' });
    });
    this.SUBRULE(this.body);
  });

  /** `n`, or `[c, n, s]` for the parts of a list or a pair. */
  readonly eachItem: Rule = this.RULE('eachItem', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Name, { LABEL: 'variable' }) },
      {
        ALT: () => {
          this.CONSUME(t.LSquare);
          this.AT_LEAST_ONE_SEP({
            SEP: t.Comma,
            DEF: () => this.CONSUME2(t.Name, { LABEL: 'part' }),
          });
          this.CONSUME(t.RSquare);
        },
      },
    ]);
  });
}
