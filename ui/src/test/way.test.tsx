// The way of a request: where everything stands, what is said of it, and where it is shown.
import axe from "axe-core";
import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { RequestWay, WayServer, WayShare } from "../ipc";
import { counted, curve, layNarrow, layWide, shortNames, wrapped } from "../way/lay";
import { givesWords, isSettled, siteKind, siteLines, stateWords, wayNow } from "../way/now";
import { snapshotOf } from "./made-up";
import { open } from "./open";

const NAME = "apps.example.nhs.test";

function wayOf(scene: string): { way: RequestWay; now: number } {
  const snapshot = snapshotOf(scene);
  const way = snapshot.ways.find((w) => w.name === NAME);
  if (way === undefined) throw new Error(`${scene} has no way`);
  return { way, now: Date.parse(snapshot.now) };
}

function seenIn(scene: string, edit: (way: RequestWay) => void = () => undefined) {
  const { way, now } = wayOf(scene);
  edit(way);
  return wayNow(way, now);
}

const share = (part: Partial<WayShare>): WayShare => ({ asked: 0, old: 0, new: 0, both: 0, neither: 0, unknown: 0, ...part });
const server = (part: Partial<WayServer>): WayServer => ({ name: "office", place: "resolver", gives: "new", said: "198.51.100.20", ttl_s: 51, ...part });

describe("what may be believed", () => {
  it("is what was read, until it is too old: then no server gives anything", () => {
    const { way, now } = wayOf("coming");
    const fresh = wayNow(way, now);
    expect(fresh.name_servers).toMatchObject({ asked: 4, new: 3, old: 1 });
    expect(fresh.sentence).toMatch(/^3 of 4 name servers/);
    const stale = wayNow(way, Date.parse(way.observed_at ?? "") + (way.believable_s + 1) * 1000);
    expect(stale.stale).toBe(true);
    expect(stale.name_servers).toEqual(share({ asked: 4, unknown: 4 }));
    expect(stale.servers.every((s) => s.gives === "unknown" && s.ttl_s === null)).toBe(true);
    expect(stale.sentence).toBe(way.once_stale);
    expect(layWide(stale).flows).toEqual([]);
  });

  it("what a resolver keeps runs out second by second, and a name server’s TTL does not", () => {
    const { way } = wayOf("coming");
    const home = way.servers.find((s) => s.name === "home");
    const later = wayNow(way, Date.parse(way.observed_at ?? "") + 10_000);
    expect(later.servers.find((s) => s.name === "home")?.ttl_s).toBe((home?.ttl_s ?? 0) - 10);
    expect(later.servers.find((s) => s.place === "name_server")?.ttl_s).toBe(60);
  });

  it.each([
    [server({}), "new, 51 s left"],
    [server({ gives: "old", ttl_s: 0 }), "old, asks anew"],
    [server({ gives: "unknown" }), "can’t tell"],
    [server({ gives: "neither", ttl_s: null }), "neither"],
    [server({ place: "name_server", gives: "both" }), "both"],
  ])("%o is said as %s", (s, words) => expect(givesWords(s)).toBe(words));

  it("says since when it is on its way", () => {
    const { way, now } = wayOf("coming");
    const seen = wayNow(way, now);
    expect(stateWords(seen, Date.parse(way.since ?? "") + 43_000)).toBe("switching since 43 s");
    expect(stateWords({ ...seen, state: "switching_back" }, Date.parse(way.since ?? "") + 43_000)).toBe("going back since 43 s");
    expect(stateWords(seenIn("ready"), now)).toBe("not switched");
  });

  it("a site fails by a reading that is fresh alone", () => {
    const { way, now } = wayOf("failing");
    const site = (at: number) => wayNow(way, at).sites.find((s) => s.side === "new");
    const [then, later] = [site(now), site(now + 3_600_000)];
    if (then === undefined || later === undefined) throw new Error("no new side");
    expect(siteKind(then)).toBe("fail");
    expect(siteLines(then)).toContainEqual({ words: "503 from 44 of 44 requests", fails: true });
    expect(siteLines(then).filter((l) => l.fails)).toHaveLength(1);
    expect(siteKind(later)).toBe("unknown");
    expect(siteLines(later)[0]?.words).toMatch(/^can’t tell/);
  });
});

describe("the layout", () => {
  it("a flow is as thick as its share, and none is drawn of nothing", () => {
    const [old, fresh] = layWide(seenIn("coming")).flows;
    expect([old?.side, old?.words, old?.width]).toEqual(["old", "1 of 4", 3]);
    expect([fresh?.side, fresh?.words, fresh?.width]).toEqual(["new", "3 of 4", 9]);
    expect(layWide(seenIn("ready")).flows.map((f) => [f.side, f.words])).toEqual([["old", "4 of 4"]]);
  });

  it("counts resolvers where no name server is asked", () => {
    const seen = seenIn("coming", (w) => {
      w.servers = [server({}), server({ name: "home", gives: "old" })];
      w.name_servers = share({});
      w.resolvers = share({ asked: 2, new: 1, old: 1 });
    });
    expect(counted(seen).asked).toBe(2);
    const lay = layWide(seen);
    expect(lay.nameServers).toEqual([]);
    expect(lay.meet).toBeNull();
    expect(lay.flows.map((f) => f.words)).toEqual(["1 of 2", "1 of 2"]);
  });

  it.each([
    ["wide", layWide],
    ["narrow", layNarrow],
  ])("nothing stands over another or outside: %s, however many there are", (_, lay) => {
    for (const many of [1, 3, 9]) {
      const seen = seenIn("coming", (w) => {
        w.servers = Array.from({ length: many }, (_, i) => [
          server({ name: `resolver-${i}` }),
          server({ name: `ns-${i}.example.nhs.test`, place: "name_server" }),
        ]).flat();
        w.name_servers = share({ asked: many, new: many });
        for (const s of w.sites) s.guards = ["Restrict UserManagement", "Let the authoriser of the Reval API accept the new user pool"];
      });
      const found = lay(seen);
      for (const spots of [found.resolvers, found.nameServers]) {
        const ys = spots.map((s) => s.y);
        expect(ys).toEqual([...ys].sort((a, b) => a - b));
        for (let i = 1; i < ys.length; i += 1) expect((ys[i] ?? 0) - (ys[i - 1] ?? 0)).toBeGreaterThanOrEqual(30);
        expect(Math.min(...ys)).toBeGreaterThan(20);
      }
      const [old, fresh] = found.boxes;
      if (old === undefined || fresh === undefined) throw new Error("two sites");
      if (found.narrow) expect(fresh.x).toBeGreaterThan(old.x + old.width);
      else expect(fresh.y).toBeGreaterThan(old.y + old.height);
      for (const b of found.boxes) {
        expect(b.x + b.width).toBeLessThanOrEqual(found.width);
        expect(b.y + b.height).toBeLessThanOrEqual(found.height);
        expect(30 + b.lines.length * 16).toBeLessThanOrEqual(b.height);
        expect(b.y).toBeGreaterThanOrEqual(20);
      }
      for (const s of [...found.resolvers, ...found.nameServers]) expect(s.y + 20).toBeLessThanOrEqual(found.height);
    }
  });

  it.each([
    ["wide", layWide],
    ["narrow", layNarrow],
  ])("a line fewer of a site moves nothing below the picture: %s", (_, lay) => {
    const long = seenIn("coming", (w) => {
      for (const s of w.sites) s.guards = ["Restrict UserManagement", "Let the authoriser of the Reval API accept the new user pool"];
    });
    const short = seenIn("coming", (w) => {
      for (const s of w.sites) s.guards = [];
    });
    const { height } = lay(long, 0);
    expect(lay(short, 0).height).toBeLessThan(height);
    const kept = lay(short, height);
    expect(kept.height).toBe(height);
    for (const b of kept.boxes) expect(b.y + b.height).toBeLessThanOrEqual(height);
  });

  it("names are as short as they can be told apart", () => {
    expect(shortNames(["ns1.example.nhs.test", "ns2.example.nhs.test"], 11)).toEqual(["ns1", "ns2"]);
    expect(shortNames(["ns.a.test", "ns.b.test"], 11)).toEqual(["ns.a.test", "ns.b.test"]);
    expect(shortNames(["name servers of example.nhs.test"], 11)).toEqual(["name serve…"]);
  });

  it("words break between words, and what does not fit says so", () => {
    expect(wrapped("build 8f2c, 200 in 38 ms", 640)).toEqual(["build 8f2c, 200 in 38 ms"]);
    expect(wrapped("one two three", 64)).toEqual(["one two", "three"]);
    expect(wrapped("abcdefghijklmnop", 64)).toEqual(["abcdefghi…"]);
  });

  it("curves leave and arrive straight", () => {
    expect(curve({ x: 0, y: 0 }, { x: 10, y: 20 })).toBe("M0 0C5 0 5 20 10 20");
    expect(curve({ x: 0, y: 0 }, { x: 10, y: 20 }, true)).toBe("M0 0C0 10 10 10 10 20");
  });

  it("is settled only where every server and the site agree", () => {
    const all = (w: RequestWay) => {
      for (const s of w.servers) s.gives = "new";
      w.resolvers = share({ asked: 3, new: 3 });
      w.name_servers = share({ asked: 4, new: 4 });
    };
    // One resolver says nothing, and the others of its kind do; where none of a kind says anything, nobody knows.
    expect(seenIn("gate_ready").resolvers.unknown).toBe(1);
    expect(isSettled(seenIn("gate_ready"))).toBe(true);
    const mute = (way: RequestWay) => {
      way.servers = way.servers.map((s) => (s.place === "resolver" ? { ...s, gives: "unknown" as const } : s));
    };
    expect(isSettled(seenIn("gate_ready", mute))).toBe(false);
    expect(isSettled(seenIn("gate_ready", all))).toBe(true);
    expect(isSettled(seenIn("coming", all))).toBe(false);
    expect(isSettled(seenIn("failing", all))).toBe(false);
  });
});

describe("where it is shown", () => {
  const marks = () =>
    [...(within(screen.getByTestId("way-wide")).getByText("Resolvers").closest("svg")?.querySelectorAll("[data-server]") ?? [])].map((m) => [
      m.getAttribute("data-server"),
      m.getAttribute("data-gives"),
    ]);
  const violations = async () => (await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } })).violations.map((v) => v.id);

  it("on the page of the step that switches the name, right above what is seen after", async () => {
    await open("#/run/mid.3", "silent,coming");
    const words = screen.getByTestId("way-words");
    expect(words.textContent).toMatch(/^3 of 4 name servers and 0 of 3 resolvers give the new side\./);
    // It is what a reader hears: the picture itself is for eyes alone.
    expect(words.getAttribute("role")).toBe("status");
    expect(screen.getByTestId("way-wide").getAttribute("aria-hidden")).toBe("true");
    expect(marks().slice(-4)).toEqual([
      ["ns1.example.nhs.test", "new"],
      ["ns2.example.nhs.test", "new"],
      ["ns3.example.nhs.test", "new"],
      ["ns4.example.nhs.test", "old"],
    ]);
    const heads = screen.getAllByRole("heading", { level: 2 }).map((h) => h.textContent);
    expect(heads.indexOf("The way of a request") + 1).toBe(heads.indexOf("After"));
    expect(await violations()).toEqual([]);
  });

  it("not on the page of a step that switches nothing, nor of a name that nobody asks about", async () => {
    await open("#/run/mid.2", "silent,coming");
    expect(screen.queryByTestId("way-words")).toBeNull();
  });

  it.each(["silent,ready", "silent,done", "silent,unproven", "silent,failing", "silent,undone"])(
    "in every state without a fault for a reader: %s",
    async (scene) => {
      await open("#/run/mid.3", scene);
      expect(screen.getByTestId("way-words").textContent).toBe(wayOf(scene.split(",")[1] ?? "").way.sentence);
      expect(await violations()).toEqual([]);
    },
  );

  it("folded once all is over and well", async () => {
    await open("#/run/mid.3", "silent,gate_ready", (fake) => {
      fake.edit = (s) => ({
        ...s,
        ways: s.ways.map((w) => ({
          ...w,
          servers: w.servers.map((v) => ({ ...v, gives: "new" as const })),
          resolvers: share({ asked: 3, new: 3 }),
          name_servers: share({ asked: 4, new: 4 }),
        })),
      });
    });
    expect((screen.getByTestId("way-folded") as HTMLDetailsElement).open).toBe(false);
    expect(screen.getByTestId("way-folded").textContent).toContain(`${NAME}, switched`);
  });

  it("folded though one server says nothing, which is named in its line", async () => {
    await open("#/run/mid.3", "silent,gate_ready");
    expect((screen.getByTestId("way-folded") as HTMLDetailsElement).open).toBe(false);
    expect(screen.getByTestId("way-folded").textContent).toContain("of vpn it can’t be told");
  });

  it("on Live each name stands above DNS truth, and of one that nobody asks about it is said", async () => {
    await open("#/live", "silent,coming");
    expect(screen.getAllByTestId("way-words").map((w) => w.textContent?.slice(0, 30))).toEqual([
      "3 of 4 name servers and 0 of 3",
      "No check of this plan asks DNS",
      "No check of this plan asks DNS",
    ]);
    expect(screen.getAllByTestId("way-wide")).toHaveLength(1);
    const table = screen.getByTestId("truth-apps.example.nhs.test");
    expect(screen.getByTestId(`way-${NAME}`).compareDocumentPosition(table) & Node.DOCUMENT_POSITION_FOLLOWING).toBeTruthy();
    // Both are of one look.
    expect(table.textContent).toContain("3 of 7 servers: 198.51.100.20");
  });

  it("on the page of a rollback that takes the switch back, while it runs", async () => {
    await open("#/rollback", "silent,running");
    expect(screen.getByTestId(`way-${NAME}`).dataset["state"]).toBe("switching_back");
    expect(screen.getByTestId("way-words").textContent).toContain("give the old side");
    expect(await violations()).toEqual([]);
  });

  it("and not once it is complete", async () => {
    await open("#/rollback", "silent,completed");
    expect(screen.queryByTestId("way-words")).toBeNull();
  });

  it("on the rehearsal’s page", async () => {
    await open("#/rehearsal", "silent,coming");
    expect(await screen.findByTestId(`way-${NAME}`)).toBeTruthy();
  });

  it("the table says all that the picture shows", async () => {
    await open("#/run/mid.3", "silent,failing");
    const table = screen.getByRole("table", { name: /^The way of a request for apps/, hidden: true });
    for (const words of ["office", "ns4.example.nhs.test", "no answer within 3 s", "Old side", "New side", "Fails"])
      expect(table.textContent?.replace(/\s/g, " ")).toContain(words);
  });
});
