import { cleanup, configure, getConfig } from "@testing-library/react";
import { afterEach, beforeEach } from "vitest";
import { seen } from "../state/seen";
import { turns } from "./turns";

// Tests of other things press as soon as they see; the rule of a click has its own.
seen.deadMs = 0;

// What opens over the page is fetched after the first picture; here it is there at once.
const { fetchScreens } = await import("../screens/later");
await fetchScreens();
await import("../kit/lists");
await import("../components/Palette");

// jsdom has none of these; the lists that open over the page need them.
globalThis.CSS ??= { escape: (text: string) => text.replace(/[^\w-]/g, (c) => `\\${c}`) } as typeof CSS;
class NoResize {
  observe(): void {}
  unobserve(): void {}
  disconnect(): void {}
}
globalThis.ResizeObserver ??= NoResize as unknown as typeof ResizeObserver;
Element.prototype.scrollIntoView ??= () => undefined;
Element.prototype.scrollTo ??= () => undefined;

// A busy machine is no failure: what is waited for comes, or the test's own time is over.
// And what a key or a click sets off is drawn before the test looks: React draws in turns of its own.
const { asyncWrapper } = getConfig();
configure({
  asyncUtilTimeout: 8000,
  asyncWrapper: (work) =>
    asyncWrapper(async () => {
      const result = await work();
      await turns();
      return result;
    }),
});

beforeEach(() => {
  window.location.hash = "";
});

afterEach(() => cleanup());

// axe asks for a canvas to tell icon fonts; jsdom has none and would say so a thousand times.
HTMLCanvasElement.prototype.getContext = (() => null) as unknown as typeof HTMLCanvasElement.prototype.getContext;
