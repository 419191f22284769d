// Every table of the window: a native one, so that a reader walks it as a table; wider than its place it scrolls by itself, by keyboard too.
import { type ReactNode, isValidElement, useRef } from "react";
import { useScrolls } from "./scrolls";

/** A column's head. `end` sets it and its cells against the far edge; `hidden` leaves its words to readers; `width` is the class of its `col`. */
export type Column = { title: string; end?: boolean; hidden?: boolean; span?: number; width?: string };

type Made = { readonly made: ReactNode; readonly className?: string; readonly span?: number; readonly title?: string | undefined; readonly head?: string };
/** What stands in a place of the table: words, or what `cell` makes. */
export type Cell = ReactNode | Made;

/** A cell with a look of its own: `span` places, more words on hover, or the column's words as `head` where the table is laid out anew. */
export const cell = (made: ReactNode, look: Omit<Made, "made">): Made => ({ made, ...look });

/** A line of its own below a row, from the place `from` to the end. */
export type Below = { key: string; from?: number; content: ReactNode };

export type Row = {
  id: string;
  cells: readonly Cell[];
  below?: readonly Below[];
  className?: string | undefined;
  testId?: string;
  /** The row's state for tests and for style: `data-NAME`. */
  data?: Readonly<Record<`data-${string}`, string>>;
};

const isMade = (value: Cell): value is Made => typeof value === "object" && value !== null && !isValidElement(value) && "made" in value;
const classes = (...names: (string | false | undefined)[]): string | undefined =>
  names.filter((n) => n !== false && n !== undefined && n !== "").join(" ") || undefined;

// Said outright: a narrow window lays some tables out anew, and they stay tables for readers.
const TABLE = { role: "table" } as const;
const ROWS = { role: "rowgroup" } as const;
const ROW = { role: "row" } as const;
const HEAD = { role: "columnheader", scope: "col" } as const;
const NAME = { role: "rowheader", scope: "row" } as const;
const CELL = { role: "cell" } as const;

/**
 * A table. `caption` is its name for readers; `kind` its class; `name` the place of the cell that names its row, none for -1;
 * `bare` leaves the heads to readers.
 */
export function DataTable({
  caption,
  kind,
  columns,
  rows,
  name = 1,
  bare = false,
}: {
  caption: string;
  kind?: string;
  columns: readonly Column[];
  rows: readonly Row[];
  name?: number;
  bare?: boolean;
}) {
  const box = useRef<HTMLDivElement>(null);
  const wide = useScrolls(box, "width");
  const places = columns.reduce((sum, c) => sum + (c.span ?? 1), 0);
  return (
    <div ref={box} className="table-wrap" {...(wide ? { tabIndex: 0, role: "group", "aria-label": `${caption}, scrolls sideways` } : {})}>
      <table className={classes("checks", kind)} {...TABLE}>
        <caption className="hidden">{caption}</caption>
        {columns.some((c) => c.width !== undefined) && (
          <colgroup>
            {columns.map((c) => (
              <col key={c.title} className={c.width} />
            ))}
          </colgroup>
        )}
        <thead className={bare ? "hidden" : undefined} {...ROWS}>
          <tr {...ROW}>
            {columns.map((c) => (
              <th key={c.title} colSpan={c.span} className={c.end === true ? "end" : undefined} {...HEAD}>
                {c.hidden === true ? <span className="hidden">{c.title}</span> : c.title}
              </th>
            ))}
          </tr>
        </thead>
        {rows.map((row) => (
          <tbody key={row.id} className={row.className} data-testid={row.testId} {...row.data} {...ROWS}>
            <tr {...ROW}>
              {row.cells.map((given, at) => {
                const { made, className, span, title, head } = isMade(given)
                  ? given
                  : { made: given, className: undefined, span: undefined, title: undefined, head: undefined };
                const look = { colSpan: span, title, className: classes(className, columns[at]?.end === true && "end"), "data-head": head };
                // A cell is its column; a head over two places has one cell more below it.
                const key = columns[at]?.title ?? "more";
                return at === name ? (
                  <th key={key} {...look} {...NAME}>
                    {made}
                  </th>
                ) : (
                  <td key={key} {...look} {...CELL}>
                    {made}
                  </td>
                );
              })}
            </tr>
            {(row.below ?? []).map(({ key, from = 1, content }) => (
              <tr key={key} className="mend" {...ROW}>
                {from > 0 && <td {...CELL} />}
                {from > 1 && <td {...CELL} />}
                <td colSpan={places - from} {...CELL}>
                  {content}
                </td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </div>
  );
}
