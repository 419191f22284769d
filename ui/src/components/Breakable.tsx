import { Fragment } from "react";

/** Longer than this a word may be broken, after a dot, a slash or a colon; shorter ones stay whole, also at their hyphens. */
const WHOLE = 18;

/** A part that is longer still may be broken before its capitals: what stands between has no room in a column. */
const LONG = 24;

/** Where a long word may be broken: "route53:", "ListResourceRecordSets". */
export function partsOfWord(word: string): string[] {
  const parts = word.match(/.+?[./:](?=\w)|.+/g) ?? [word];
  return parts.flatMap((part) => (part.length <= LONG ? [part] : part.split(/(?<=[a-z0-9])(?=[A-Z])/)));
}

function Word({ word }: { word: string }) {
  if (word.length <= WHOLE) return <span className="whole">{word}</span>;
  return (
    <span className="long-word">
      {partsOfWord(word).map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no identity but their place
        <Fragment key={`${i}${part}`}>
          {i > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}

/** Text whose lines break between words: never inside "ns-3", and in a long host name, path or name of a call where its parts meet. */
export function Breakable({ text }: { text: string }) {
  return text
    .replace(/\bTTL (?=\d)/g, "TTL\u00a0")
    .replace(/(\d) (s|ms|min|h|days?)\b/g, "$1\u00a0$2")
    .split(" ")
    .map((word, i) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: the words have no identity but their place
      <Fragment key={`${i}${word}`}>
        {i > 0 && " "}
        <Word word={word} />
      </Fragment>
    ));
}
