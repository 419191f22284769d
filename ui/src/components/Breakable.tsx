import { Fragment } from "react";

/** Longer than this a word may be broken, after a dot or a slash; shorter ones stay whole, also at their hyphens. */
const WHOLE = 18;

function Word({ word }: { word: string }) {
  if (word.length <= WHOLE) return <span className="whole">{word}</span>;
  return (
    <span className="long-word">
      {(word.match(/.+?[./](?=\w)|.+/g) ?? [word]).map((part, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts have no identity but their place
        <Fragment key={`${i}${part}`}>
          {i > 0 && <wbr />}
          {part}
        </Fragment>
      ))}
    </span>
  );
}

/** Text whose lines break between words: never inside "ns-3", and in a long host name or path after a dot or a slash. */
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
