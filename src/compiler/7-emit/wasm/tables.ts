/** Read-only tables that emitters need (positions of a resize): they lie behind the plan's memory and become data segments. */

export interface Tables {
  /** Address of the table; equal tables are one. */
  readonly table: (data: Int32Array | Float32Array) => number;
  readonly all: () => readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  /** First byte behind all tables, and behind the slack that kernels may read. */
  readonly end: () => number;
}

/** Kernels may read this far behind any region (Plan's rule of slack). */
const slack = 64;

/** Tables from the address `start` on, where the plan's memory (its slack included) ends. */
export function createTables(start: number): Tables {
  const known = new Map<string, number>();
  const all: { offset: number; bytes: Uint8Array }[] = [];
  let end = Math.ceil(start / 16) * 16;
  const table = (data: Int32Array | Float32Array): number => {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const key = bytes.join();
    const offset = known.get(key) ?? end;
    if (offset === end) {
      known.set(key, offset);
      all.push({ offset, bytes });
      end = Math.ceil((offset + bytes.length) / 16) * 16;
    }
    return offset;
  };
  return { table, all: () => all, end: () => (all.length === 0 ? start : end + slack) };
}
