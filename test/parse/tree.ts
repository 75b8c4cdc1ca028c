/**
 * Syntax trees as text, for the expected half of test/parse/*.txt: one item, statement, branch or clause a line, everything
 * else inline as `(kind field: value)`; spans, empty lists, false and undefined are left out.
 */

const ownLine = new Set(['items', 'statements', 'branches', 'clauses']);

/** The tree of a node, without its spans. */
export function show(value: unknown, indent = ''): string {
  if (Array.isArray(value)) return `[${value.map((item) => show(item, indent)).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const { kind, ...fields } = value as { kind?: string } & Record<string, unknown>;
  const leaf = showLeaf(kind, fields);
  if (leaf !== undefined) return leaf;
  const parts = Object.entries(fields).flatMap(([key, field]) => showField(key, field, indent));
  return `(${[kind ?? '', ...parts].filter((part) => part !== '').join(' ')})`;
}

function showLeaf(kind: string | undefined, fields: Record<string, unknown>): string | undefined {
  if (kind === 'ident' || kind === 'name') return String(fields['name']);
  if (kind === 'number') {
    const whole = fields['integer'] === true ? '' : 'f';
    return `${String(fields['value'])}${whole}${typeof fields['unit'] === 'string' ? `:${fields['unit']}` : ''}`;
  }
  if (kind === 'size') return (fields['dims'] as number[]).join('x');
  if (kind === 'string' || kind === 'bool') return JSON.stringify(fields['value']);
  if (kind === 'pattern') return `<${String(fields['text'])}>`;
  return undefined;
}

function showField(key: string, field: unknown, indent: string): string[] {
  if (key === 'span' || key === 'source' || key === 'comments') return [];
  if (field === undefined || field === false || (Array.isArray(field) && field.length === 0)) return [];
  if (!Array.isArray(field) || !ownLine.has(key)) return [`${key}: ${show(field, indent)}`];
  const inner = `${indent}  `;
  return [`${key}:${field.map((item) => `\n${inner}${show(item, inner)}`).join('')}`];
}
