import { type ReactNode, useEffect, useRef } from "react";

/** A screen's first heading. It takes the focus when the screen opens, so that a reader starts there. */
export function PageHead({ title, id, children }: { title: string; id: string; children?: ReactNode }) {
  const head = useRef<HTMLHeadingElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page
  useEffect(() => {
    head.current?.focus({ preventScroll: true });
    head.current?.closest(".page")?.scrollTo?.(0, 0);
    // In a window as short as at 400 % everything scrolls as one: the new page begins at its heading.
    if (window.innerHeight <= 300) head.current?.scrollIntoView?.({ block: "start" });
  }, [id]);
  return (
    <div className="page-head">
      <h1 ref={head} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </div>
  );
}

/** A titled block between two lines. */
export function Block({ title, note, side, id, children }: { title: string; note?: ReactNode; side?: ReactNode; id: string; children?: ReactNode }) {
  return (
    <section className="block" aria-labelledby={`block-${id}`}>
      <div className="block-head">
        <h2 id={`block-${id}`}>{title}</h2>
        {note !== undefined && <span className="block-note">{note}</span>}
        {side !== undefined && <span className="block-side">{side}</span>}
      </div>
      {children}
    </section>
  );
}

/** Name and value pairs in one row. */
export function Facts({ list }: { list: readonly (readonly [string, ReactNode] | null)[] }) {
  const shown = list.filter((f) => f !== null);
  return (
    <dl className="facts">
      {shown.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
