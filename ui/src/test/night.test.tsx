import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { consensus } from "../components/DnsTruth";
import { stretches } from "../components/Sparkline";
import { HELP } from "../components/help-text";
import type { RunSnapshot } from "../ipc";
import { routes } from "../state/router";
import { nextZoom } from "../state/zoom";
import { snapshotOf } from "./made-up";
import { open } from "./open";

const disabled = (id: string) => {
  const button = screen.getByTestId(id) as HTMLButtonElement;
  return button.disabled || button.getAttribute("aria-disabled") === "true";
};
const why = () => screen.getByTestId("why-not").textContent;

describe("go or no-go", () => {
  it("a gate that is not ready says why, and shows what stands in the way", async () => {
    await open("#/gate/post", "silent,gate_closed");
    expect(screen.getByTestId("gate-state").textContent).toBe("Not ready");
    expect(disabled("action-primary")).toBe(true);
    expect(why()).toContain("Sign-in canary passes");
    expect(within(screen.getByTestId("gate-open")).getAllByRole("listitem")).toHaveLength(2);
  });

  it("go needs every role named, no reason, and carries the basis that was seen", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/gate/post", "silent,gate_ready");
    expect(disabled("action-primary")).toBe(true);
    expect(why()).toBe("Name Incident lead, Service owner, Support desk above.");
    for (const [i, name] of ["m.example", "s.example", "d.example"].entries()) await user.type(screen.getByTestId(`person-${i}`), name);
    await user.click(screen.getByTestId("action-primary"));
    expect(fake.asked).toEqual([
      {
        command: { do: "gate", phase: "post", go: true, people: { "Incident lead": "m.example", "Service owner": "s.example", "Support desk": "d.example" } },
        basis: snapshotOf("gate_ready").phases.at(-1)?.gate?.basis,
        by: "m.example",
        reason: null,
      },
    ]);
    await waitFor(() => expect(screen.getByTestId("gate-state").textContent).toBe("Go"));
  });

  it("what is to be said with a go is said on its page, and names are offered again", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/gate/post", "silent,gate_ready");
    await user.click(screen.getByTestId("person-0-open"));
    await user.click(await screen.findByRole("option", { name: "m.example" }));
    for (const i of [1, 2]) await user.type(screen.getByTestId(`person-${i}`), "x.example");
    await user.type(screen.getByTestId("gate-note"), "all on the call");
    await user.click(screen.getByTestId("action-primary"));
    expect(fake.asked[0]).toMatchObject({ reason: "all on the call", command: { people: { "Incident lead": "m.example", "Service owner": "x.example" } } });
  });

  it("a stop is one click and asks for nothing", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/run", "silent,ready");
    await user.click(screen.getByTestId("run-stop"));
    expect(screen.queryByTestId("reason-form")).toBeNull();
    expect(fake.asked).toEqual([expect.objectContaining({ command: { do: "stop" }, reason: null })]);
  });

  it("no-go can be said without names, and the checks can be read", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/gate/post", "silent,gate_closed");
    await user.click(screen.getByTestId("gate-check"));
    expect(fake.asked[0]?.command).toEqual({ do: "check_gate", phase: "post" });
    await user.click(screen.getByTestId("gate-no-go"));
    await user.type(screen.getByTestId("reason-input"), "the canary fails");
    await user.click(screen.getByTestId("reason-submit"));
    expect(fake.asked[1]).toMatchObject({ command: { do: "gate", go: false, people: {} }, reason: "the canary fails" });
  });

  it("checks that nobody has read are read first; go is not offered before", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/gate/post", "silent,gate_ready", (fake) => {
      fake.edit = (s) => ({
        ...s,
        phases: s.phases.map((p) => (p.gate === null ? p : { ...p, gate: { ...p.gate, checks: p.gate.checks.map((r) => ({ ...r, observed_at: null })) } })),
      });
    });
    expect(screen.queryByTestId("action-primary")).toBeNull();
    expect(screen.getByTestId("why-not").textContent).toContain("Read the checks first");
    await user.click(screen.getByTestId("gate-check"));
    expect(fake.asked[0]?.command).toEqual({ do: "check_gate", phase: "post" });
  });

  it("once they are read, the name that is missing has the focus: no click is needed for it", async () => {
    const user = userEvent.setup();
    const unread = (read: boolean) => (s: RunSnapshot) => ({
      ...s,
      phases: s.phases.map((p) =>
        p.gate === null ? p : { ...p, gate: { ...p.gate, checks: p.gate.checks.map((r) => (read ? r : { ...r, observed_at: null })) } },
      ),
    });
    const { fake } = await open("#/gate/post", "silent,gate_ready", (fake) => {
      fake.edit = unread(false);
    });
    await user.click(screen.getByTestId("gate-check"));
    fake.edit = unread(true);
    act(() => fake.push());
    expect(document.activeElement).toBe(screen.getByTestId("person-0"));
    // Nothing is named or said by that.
    expect((screen.getByTestId("person-0") as HTMLInputElement).value).toBe("");
    expect(fake.asked.map((a) => a.command.do)).toEqual(["check_gate"]);
    await user.keyboard("{ArrowDown}{Enter}");
    expect((screen.getByTestId("person-0") as HTMLInputElement).value).toBe("m.example");
  });

  it("whoever has begun to write a name when they are read goes on writing it", async () => {
    const user = userEvent.setup();
    const unread = (s: RunSnapshot) => ({
      ...s,
      phases: s.phases.map((p) => (p.gate === null ? p : { ...p, gate: { ...p.gate, checks: p.gate.checks.map((r) => ({ ...r, observed_at: null })) } })),
    });
    const { fake } = await open("#/gate/post", "silent,gate_ready", (fake) => {
      fake.edit = unread;
    });
    await user.click(screen.getByTestId("gate-check"));
    await user.type(screen.getByTestId("person-0"), "n.");
    fake.edit = (s) => s;
    act(() => fake.push());
    await user.keyboard("lead");
    expect((screen.getByTestId("person-0") as HTMLInputElement).value).toBe("n.lead");
    expect((screen.getByTestId("person-1") as HTMLInputElement).value).toBe("");
  });

  it("what is read by itself takes the focus from nobody", async () => {
    const { fake } = await open("#/gate/post", "silent,gate_ready");
    const before = document.activeElement;
    act(() => fake.push());
    expect(document.activeElement).toBe(before);
    expect(document.activeElement?.tagName).toBe("H1");
  });

  it("a reading older than the gate asks for is Unknown there", async () => {
    await open("#/gate/post", "silent,gate_ready", (fake) => {
      fake.edit = (s) => ({
        ...s,
        phases: s.phases.map((p) => (p.gate === null ? p : { ...p, gate: { ...p.gate, fresh_s: 30 } })),
      });
    });
    expect(screen.getByTestId("check-gate-sites").dataset["tone"]).toBe("unknown");
  });

  it("what the run waits for is what it shows: go, where all before is done", async () => {
    await open("#/run", "silent", (fake) => {
      fake.edit = (s) => ({
        ...s,
        phases: s.phases.map((p) => (p.id === "post" ? p : { ...p, steps: p.steps.map((x) => ({ ...x, state: "done" })) })),
      });
    });
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Go or no-go: leave the night behind");
  });
});

describe("people", () => {
  it("an attestation names who did it and who wrote it down, with evidence", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/run/post.2", "silent,go");
    await user.click(screen.getByTestId("action-primary"));
    const form = within(screen.getByTestId("reason-form"));
    const name = form.getByLabelText("Done by");
    expect(disabled("reason-submit")).toBe(true);
    await user.clear(name);
    await user.type(form.getByLabelText("Evidence"), "44 mails, sent 7:02pm");
    expect(disabled("reason-submit")).toBe(true);
    expect(screen.getByTestId("reason-form").textContent).toContain("Write who did it to go on.");
    await user.type(name, "s.example");
    await user.click(screen.getByTestId("reason-submit"));
    expect(fake.asked).toEqual([
      { command: { do: "attest", step: "post.2" }, basis: null, by: "s.example", reason: "44 mails, sent 7:02pm (written down by m.example)" },
    ]);
  });

  it("a deadline is moved by whole minutes with a reason; nothing else happens", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/decisions", "silent,failing");
    expect(screen.getByTestId("deadline-R3").textContent).toContain("Decision due");
    expect(screen.getByTestId("deadline-R4").textContent).toContain("No deadline");
    await user.click(screen.getByTestId("extend-R3"));
    await user.type(screen.getByTestId("extend-minutes"), "1.5");
    await user.type(screen.getByTestId("reason-input"), "the vendor is on the call");
    expect(disabled("reason-submit")).toBe(true);
    await user.clear(screen.getByTestId("extend-minutes"));
    await user.type(screen.getByTestId("extend-minutes"), "10");
    await user.click(screen.getByTestId("reason-submit"));
    expect(fake.asked).toEqual([
      { command: { do: "extend_deadline", rule: "R3", minutes: 10 }, basis: null, by: "m.example", reason: "the vendor is on the call" },
    ]);
    await waitFor(() => expect(screen.getByTestId("deadline-R3").textContent).toContain("Moved by 10 min by m.example"));
  });

  it("fields are chosen one by one; the digest of the exact change is the basis", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/run/mid.3", "silent,foreign");
    await user.click(screen.getByTestId("action-primary"));
    await screen.findByTestId("field-A");
    expect(why()).toBe("Choose for ttl, A.");
    await user.click(screen.getByTestId("field-A-restore"));
    await user.click(screen.getByTestId("field-ttl-keep"));
    await user.type(await screen.findByTestId("fields-reason"), "the long TTL was agreed");
    await user.click(screen.getByTestId("fields-confirm"));
    const shown = await fake.fieldPlan("run-7", "mid.3", { A: "restore", ttl: "keep" });
    expect(fake.asked).toEqual([
      {
        command: { do: "resolve_fields", step: "mid.3", fields: { A: "restore", ttl: "keep" }, overrides: [] },
        basis: shown.preview?.digest,
        by: "m.example",
        reason: "the long TTL was agreed",
      },
    ]);
    await waitFor(() => expect(window.location.hash).toBe("#/run/mid.3"));
  });
});

describe("plans", () => {
  it("an amendment is compared first, and confirmed with its digest", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/amend");
    expect(disabled("amend-confirm")).toBe(true);
    await user.click(screen.getByTestId("file-choose"));
    await screen.findByTestId("amend-reason");
    expect(why()).toBe("Write a reason to go on.");
    await user.type(screen.getByTestId("amend-reason"), "t.example takes over");
    await user.click(screen.getByTestId("amend-confirm"));
    const { digest } = await fake.amendment("run-7", "other", null);
    expect(fake.amended).toEqual([
      { runbook: "/home/m.example/runbooks/night-2/runbook.toml", basis: digest, by: "m.example", reason: "t.example takes over" },
    ]);
  });

  it("an amendment that touches the action of a step with an effect can not be confirmed", async () => {
    const user = userEvent.setup();
    await open("#/amend");
    for (const [path, words] of [
      ["/x/refused.toml", "1 difference refused"],
      ["/x/same.toml", "Nothing differs"],
      ["/x/not-now.toml", "The call of step mid.3 is in flight"],
    ] as const) {
      await user.clear(screen.getByTestId("file-path"));
      await user.type(screen.getByTestId("file-path"), path);
      await user.click(screen.getByTestId("file-read"));
      await waitFor(() => expect(why()).toContain(words));
      expect(disabled("amend-confirm")).toBe(true);
    }
  });

  it("a runbook is read and checked before a run of it is opened on a target", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/runbook", "start,silent");
    await user.type(screen.getByTestId("file-path"), "/x/missing.toml");
    await user.click(screen.getByTestId("file-read"));
    expect((await screen.findByText(/There is no runbook/)).textContent).toContain("built-in name");
    await user.click(screen.getByTestId("file-choose"));
    const targets = await screen.findByTestId("targets");
    expect(targets.textContent).toContain("targets/prod.toml:26:1");
    expect(screen.queryByTestId("open-on-prod")).toBeNull();
    await user.click(screen.getByTestId("open-on-rehearsal"));
    expect(fake.opened).toEqual([{ runbook: "/home/m.example/runbooks/night-2/runbook.toml", target: "rehearsal", by: "m.example" }]);
    await waitFor(() => expect(window.location.hash).toBe("#/run"));
  });
});

describe("the window", () => {
  it("every screen has its help; F1 opens it, Escape closes it and gives the focus back", async () => {
    for (const route of routes) expect(HELP[route.name].shows).not.toBe("");
    const user = userEvent.setup();
    await open("#/live");
    const before = document.activeElement;
    await user.keyboard("{F1}");
    expect(screen.getByTestId("help").textContent).toContain("Help: Live");
    expect(document.activeElement).toBe(screen.getByTestId("help-close"));
    await user.keyboard("{Escape}");
    expect(screen.queryByTestId("help")).toBeNull();
    expect(document.activeElement).toBe(before);
  });

  it("a question mark in a field is a question mark", async () => {
    const user = userEvent.setup();
    await open("#/amend");
    await user.type(screen.getByTestId("file-path"), "what?");
    expect(screen.queryByTestId("help")).toBeNull();
    expect((screen.getByTestId("file-path") as HTMLInputElement).value).toBe("what?");
  });

  it("the palette does what is safe, and nothing that changes the world", async () => {
    const user = userEvent.setup();
    const { fake } = await open("#/live", "silent,ready");
    await user.keyboard("{Control>}k{/Control}");
    await screen.findByTestId("palette-input");
    const list = screen.getByTestId("palette");
    for (const word of [
      "Check again: Switch Admins-UI DNS",
      "Export the break-glass sheet",
      "War room",
      "Go or no-go: leave the night behind",
      "Help for this screen",
    ]) {
      expect(list?.textContent).toContain(word);
    }
    for (const word of ["Skip", "Apply", "Put on hold"]) expect(list?.textContent).not.toContain(word);
    // What a gate offers is said at the gate alone.
    const entries = within(list)
      .getAllByRole("menuitem")
      .map((entry) => entry.textContent ?? "");
    expect(entries.length).toBeGreaterThan(10);
    for (const offer of snapshotOf("ready").phases.flatMap((phase) => phase.gate?.offers ?? [])) {
      expect(entries.filter((entry) => entry.startsWith(offer.label) && !entry.startsWith("Go or no-go"))).toEqual([]);
    }
    await user.keyboard("check again{Enter}");
    expect(fake.asked.map((a) => a.command)).toEqual([{ do: "check", step: "mid.3" }]);
  });

  it("the war room shows no name, account or value, and nothing to press but the way out", async () => {
    await open("#/war-room", "silent,failing,production");
    const text = screen.getByTestId("window").textContent ?? "";
    for (const secret of ["m.example", "9012", "operator", "503", "192.0.2.10", "eu-west-2"]) expect(text).not.toContain(secret);
    expect(screen.queryByTestId("rollback-open")).toBeNull();
    expect(within(screen.getByRole("main")).queryAllByRole("button")).toEqual([]);
    expect(screen.getByTestId("answer-users").textContent).toContain("Users affected");
  });

  it("zooms by keys as a browser does", async () => {
    const { fake } = await open("#/live");
    const user = userEvent.setup();
    await user.keyboard("{Control>}={/Control}");
    expect(fake.zoom).toBe(110);
    await user.keyboard("{Control>}0{/Control}");
    expect(fake.zoom).toBe(100);
    expect([nextZoom(400, 1), nextZoom(50, -1), nextZoom(110, -1)]).toEqual([400, 50, 100]);
  });

  it("a row that was open keeps its second line when it passes, so that nothing below it jumps", async () => {
    const { fake } = await open("#/run/mid.3");
    const rows = () => screen.getByTestId("check-ttl-wait").querySelectorAll("tr").length;
    expect(rows()).toBe(2);
    fake.scene = { ...fake.scene, story: "ready" };
    act(() => fake.push());
    expect(screen.getByTestId("check-ttl-wait").dataset["tone"]).toBe("passing");
    expect(rows()).toBe(2);
  });

  it("phases with nothing in hand are folded, and stay as the person left them", async () => {
    const user = userEvent.setup();
    await open("#/run/mid.3");
    expect(screen.queryByTestId("step-pre.1")).toBeNull();
    await user.click(screen.getByTestId("phase-pre"));
    expect(screen.getByTestId("step-pre.1")).toBeTruthy();
    expect(screen.getByTestId("phase-pre").getAttribute("aria-expanded")).toBe("true");
  });
});

it("a step is looked at in AWS by its name: no address crosses the boundary", async () => {
  const user = userEvent.setup();
  const { fake } = await open("#/run/mid.3", "silent,production");
  const row = screen.getByTestId("resource-record:Z0FAKEEXAMPLE:apps.example.nhs.test");
  await user.click(within(row).getByText("Open in the AWS console"));
  expect(fake.links).toEqual(["record:Z0FAKEEXAMPLE:apps.example.nhs.test"]);
});

it("a rehearsal has no page in the AWS console, so none is offered", async () => {
  await open("#/run/mid.3");
  expect(screen.queryByText("Open in the AWS console")).toBeNull();
  expect(screen.getAllByText("Copy read command")).toHaveLength(2);
});

describe("what is known", () => {
  it("a reading holds no longer than it may be believed; after that nothing is known", () => {
    const at = (s: number) => new Date(s * 1000).toISOString();
    const seen = [
      { at: at(1000), tone: "passing" as const, observed: "" },
      { at: at(1100), tone: "failing" as const, observed: "" },
    ];
    expect(stretches(seen, 60, 1200)).toEqual([
      { from: 1000, to: 1060, tone: "passing" },
      { from: 1060, to: 1100, tone: "unknown" },
      { from: 1100, to: 1160, tone: "failing" },
      { from: 1160, to: 1200, tone: "unknown" },
    ]);
  });

  it("name servers decide what is true; a resolver only follows", async () => {
    const server = (place: string, values: string[], problem: string | null = null) => ({ server: "x", place, values, ttl_s: null, problem });
    expect(consensus([server("name_server", ["a"]), server("resolver", ["b"]), server("resolver", ["b"])])).toBe("a");
    expect(consensus([server("name_server", [], "no answer"), server("resolver", ["b"])])).toBe("b");
    expect(consensus([server("resolver", [], "no answer")])).toBeNull();
    await open("#/live", "silent,failing");
    const truth = await screen.findByTestId("truth-apps.example.nhs.test");
    expect(truth.textContent).toContain("6 of 7 servers: 198.51.100.20");
    expect(truth.textContent).toMatch(/no answer within 3\ss/);
  });
});
