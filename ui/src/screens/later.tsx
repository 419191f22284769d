// The screens besides the first one, and what stands beside them. They are fetched once something is painted, or with the first
// answers where the window opens on one of them: to be read at the start they would hold up the first picture.
import { type ComponentProps, type ComponentType, lazy, Suspense, useState } from "react";
import { type Place, parse } from "../state/router";
import type { Store } from "../state/store";
import type * as all from "./all";

/** Every place but the start screen. */
export type LaterPlace = Exclude<Place, { name: "start" }>;

type All = typeof all;
let here: All | null = null;

/** Fetches them; answered at once where they are here. */
export async function fetchScreens(): Promise<All> {
  here ??= await import("./all");
  return here;
}

/** Fetches them when what the core has said so far shows that the window opens on one of them. */
export async function fetchWhatOpens(store: Store): Promise<void> {
  const { window, info } = store.get();
  const elsewhere = parse(globalThis.location.hash).name !== "start";
  if (window?.window === "support" || (info !== null && (info.run !== null || elsewhere))) await fetchScreens();
}

const LateScreen = lazy(async () => ({ default: (await fetchScreens()).Screen }));
const LateRightRail = lazy(async () => ({ default: (await fetchScreens()).RightRail }));
const LateStrip = lazy(async () => ({ default: (await fetchScreens()).Strip }));
const LateSupportWindow = lazy(async () => ({ default: (await fetchScreens()).SupportWindow }));

/** One of them, or its stand-in where it is not here yet. It stays what it was: another component would forget what was typed. */
function useOne<Props>(one: (from: All) => ComponentType<Props>, late: ComponentType<Props>): ComponentType<Props> {
  const [{ Shown }] = useState(() => ({ Shown: here === null ? late : one(here) }));
  return Shown;
}

export function Screen(props: ComponentProps<All["Screen"]>) {
  const Shown = useOne<typeof props>((from) => from.Screen, LateScreen);
  return (
    <Suspense>
      <Shown {...props} />
    </Suspense>
  );
}

export function RightRail(props: ComponentProps<All["RightRail"]>) {
  const Shown = useOne<typeof props>((from) => from.RightRail, LateRightRail);
  return (
    <Suspense>
      <Shown {...props} />
    </Suspense>
  );
}

export function Strip(props: ComponentProps<All["Strip"]>) {
  const Shown = useOne<typeof props>((from) => from.Strip, LateStrip);
  return (
    <Suspense>
      <Shown {...props} />
    </Suspense>
  );
}

export function SupportWindow() {
  const Shown = useOne<object>((from) => from.SupportWindow, LateSupportWindow);
  return (
    <Suspense>
      <Shown />
    </Suspense>
  );
}
