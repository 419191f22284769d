// A click counts for what was seen: the exact rule stands in the design ("One reading of a click").
import { act, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Primary } from "../components/Primary";
import { ReasonForm } from "../components/ReasonForm";
import { StoreContext } from "../state/hooks";
import { seen } from "../state/seen";
import { Store } from "../state/store";
import { fakeIpc } from "./host";

const RULE_MS = 600;

beforeEach(() => {
  seen.deadMs = RULE_MS;
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "requestAnimationFrame", "cancelAnimationFrame", "performance"] });
});

afterEach(() => {
  vi.useRealTimers();
  seen.deadMs = 0;
});

const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const button = () => screen.getByTestId("b");
const isDead = () => button().getAttribute("aria-disabled") === "true";
/** Two frames: the page has been painted. */
const painted = () => wait(34);

function mouse(): void {
  fireEvent.pointerDown(button());
  fireEvent.pointerUp(button());
  fireEvent.click(button(), { detail: 1 });
}

function enter(repeat = false): void {
  fireEvent.keyDown(button(), { key: "Enter", repeat });
  fireEvent.click(button(), { detail: 0 });
}

function show(basis: string, press: () => void, never = false) {
  return render(
    <Primary basis={basis} onPress={press} never={never} testId="b">
      Go
    </Primary>,
  );
}

describe("a main button whose basis is new", () => {
  it("is dead for 600 ms from the first paint, and says so without losing the focus", async () => {
    const press = vi.fn();
    show("a", press);
    act(() => button().focus());
    expect(isDead()).toBe(true);
    mouse();
    await painted();
    for (const _ of [0, 1, 2, 3, 4, 5]) {
      mouse();
      await wait(99);
    }
    expect(press).not.toHaveBeenCalled();
    expect(document.activeElement).toBe(button());
    await wait(120);
    expect(isDead()).toBe(false);
    mouse();
    expect(press).toHaveBeenCalledTimes(1);
  });

  it("of two clicks 500 ms apart that fall on two steps, one counts", async () => {
    const pressed: string[] = [];
    const at = (basis: string) => (
      <Primary basis={basis} onPress={() => pressed.push(basis)} testId="b">
        Go
      </Primary>
    );
    const { rerender } = render(at("step 1"));
    await painted();
    await wait(700);
    mouse();
    rerender(at("step 2"));
    await wait(500);
    mouse();
    expect(pressed).toEqual(["step 1"]);
    await wait(300);
    mouse();
    expect(pressed).toEqual(["step 1", "step 2"]);
  });

  it("takes no Enter and no space that were pressed before, and no repeat of a key that is held", async () => {
    const press = vi.fn();
    show("a", press);
    // Held from the page before: it repeats for longer than the button is dead.
    fireEvent.keyDown(document.body, { key: "Enter" });
    await painted();
    for (let i = 0; i < 10; i += 1) {
      enter(true);
      await wait(100);
    }
    expect(press).not.toHaveBeenCalled();
    fireEvent.keyUp(button(), { key: "Enter" });
    await wait(150);
    enter();
    expect(press).toHaveBeenCalledTimes(1);
  });

  it("takes no space bar that goes down while it is dead and comes up afterwards, and no such pointer", async () => {
    for (const [down, up] of [
      [() => fireEvent.keyDown(button(), { key: " " }), () => fireEvent.keyUp(button(), { key: " " })],
      [() => fireEvent.pointerDown(button()), () => fireEvent.pointerUp(button())],
    ] as const) {
      const press = vi.fn();
      const { unmount } = show("a", press);
      await painted();
      await wait(400);
      down();
      await wait(400);
      up();
      fireEvent.click(button());
      expect(press).not.toHaveBeenCalled();
      await wait(150);
      down();
      up();
      fireEvent.click(button());
      expect(press).toHaveBeenCalledTimes(1);
      unmount();
      await wait(150);
    }
  });

  it("is pressed by a reader that sends no key and no pointer, once it has been seen", async () => {
    const press = vi.fn();
    show("a", press);
    await painted();
    fireEvent.click(button());
    expect(press).not.toHaveBeenCalled();
    await wait(700);
    fireEvent.click(button());
    expect(press).toHaveBeenCalledTimes(1);
  });

  it("is dead anew when its basis changes, and not when something else is drawn", async () => {
    const press = vi.fn();
    const { rerender } = show("a", press);
    await painted();
    await wait(700);
    const again = (basis: string) =>
      rerender(
        <Primary basis={basis} onPress={press} testId="b">
          Go
        </Primary>,
      );
    again("a");
    expect(isDead()).toBe(false);
    again("b");
    expect(isDead()).toBe(true);
    mouse();
    expect(press).not.toHaveBeenCalled();
  });

  it("never is what stops or takes back", () => {
    const press = vi.fn();
    show("a", press, true);
    mouse();
    expect(press).toHaveBeenCalledTimes(1);
  });
});

describe("a form", () => {
  const form = (send: (...words: string[]) => void, never = false) =>
    render(
      <StoreContext value={new Store(fakeIpc("silent"))}>
        <ReasonForm
          draft="t"
          title="T"
          submit="Do it"
          busy={false}
          never={never}
          person={{ label: "Done by", name: "m.example" }}
          onCancel={() => undefined}
          onSubmit={async (...words) => {
            send(...words);
            return true;
          }}
        />
      </StoreContext>,
    );
  const write = () => fireEvent.change(screen.getByTestId("reason-input"), { target: { value: "44 mails" } });

  it("is sent by Ctrl+Enter by the same rule", async () => {
    const send = vi.fn();
    form(send);
    write();
    const submit = () => fireEvent.keyDown(screen.getByTestId("reason-input"), { key: "Enter", ctrlKey: true });
    submit();
    fireEvent.keyUp(window, { key: "Enter" });
    await painted();
    await wait(500);
    submit();
    fireEvent.keyUp(window, { key: "Enter" });
    expect(send).not.toHaveBeenCalled();
    // Whoever typed quickly would take it for sent.
    expect(screen.getByTestId("reason-kept").textContent).toBe("Not sent: this had only just opened. Press again.");
    await wait(200);
    fireEvent.keyDown(screen.getByTestId("reason-input"), { key: "Enter", ctrlKey: true, repeat: true });
    expect(send).not.toHaveBeenCalled();
    submit();
    expect(send).toHaveBeenCalledWith("44 mails", "m.example");
  });

  it("begins at what is to be written, not behind the name that is there", () => {
    form(() => undefined);
    expect(document.activeElement).toBe(screen.getByTestId("reason-input"));
    expect((screen.getByTestId("reason-person") as HTMLInputElement).value).toBe("m.example");
  });

  it("that stops the run is never dead", () => {
    const send = vi.fn();
    form(send, true);
    write();
    fireEvent.submit(screen.getByTestId("reason-form"));
    expect(send).toHaveBeenCalledTimes(1);
  });
});
