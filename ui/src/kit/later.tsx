// The components that open over the page, fetched after the first picture. Until they are here, what they stand for is shown as words.
import { type ComponentProps, lazy, Suspense } from "react";
import type * as lists from "./lists";

const load = () => import("./lists");

/** Fetches them; to be called once something is painted. */
export const fetchLists = (): Promise<unknown> => load();

const LazySelect = lazy(async () => ({ default: (await load()).Select }));
const LazyComboBox = lazy(async () => ({ default: (await load()).ComboBox }));
const LazyMenu = lazy(async () => ({ default: (await load()).Menu }));
const LazyTooltip = lazy(async () => ({ default: (await load()).Tooltip }));

/** The field with its value, and no list yet. */
function Still({ label, words }: { label: string; words: string }) {
  return (
    <div className="select">
      <span className="field-label">{label}</span>
      <span className="select-button">
        <span className="select-value">{words}</span>
      </span>
    </div>
  );
}

export function Select(props: ComponentProps<typeof lists.Select>) {
  const words = props.choices.find(([value]) => value === props.value)?.[1] ?? props.empty ?? "";
  return (
    <Suspense fallback={<Still label={props.label} words={words} />}>
      <LazySelect {...props} />
    </Suspense>
  );
}

export function ComboBox(props: ComponentProps<typeof lists.ComboBox>) {
  return (
    <Suspense fallback={<Still label={props.label} words={props.value} />}>
      <LazyComboBox {...props} />
    </Suspense>
  );
}

export function Menu(props: ComponentProps<typeof lists.Menu>) {
  return (
    <Suspense
      fallback={
        <button type="button" className={props.className ?? "button w-normal"} aria-disabled="true">
          {props.children}
        </button>
      }
    >
      <LazyMenu {...props} />
    </Suspense>
  );
}

/** More words at a mark; nothing until it is here. */
export function Tooltip(props: ComponentProps<typeof lists.Tooltip>) {
  return props.at === null ? null : (
    <Suspense>
      <LazyTooltip {...props} />
    </Suspense>
  );
}
