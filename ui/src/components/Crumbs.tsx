/** Where the page is, from the run down to it; the last one is the page itself. */
export function Crumbs({ parts }: { parts: { text: string; href?: string }[] }) {
  return (
    <nav aria-label="Where you are" className="crumbs">
      <ol>
        {parts.map((p) => (
          <li key={p.text}>{p.href === undefined ? <span aria-current="page">{p.text}</span> : <a href={p.href}>{p.text}</a>}</li>
        ))}
      </ol>
    </nav>
  );
}
