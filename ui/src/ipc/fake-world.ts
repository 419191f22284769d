// The made-up rehearsal world and the made-up timeline. All names, addresses and numbers are fakes.
import type { EventView, RehearsalView } from "./generated/wire";
import { iso } from "./fake-data";

export const rehearsalOf = (on: ReadonlySet<string>): RehearsalView => ({
  endpoint: "http://127.0.0.1:4566",
  speed: 1,
  parts: [
    { kind: "aws", name: "AWS endpoints", address: "127.0.0.1:4566", state: "Route 53 and STS answer" },
    { kind: "name_server", name: "Name servers", address: "127.0.0.1:5353", state: "apps.example.nhs.test → 192.0.2.10, TTL 60 s" },
    { kind: "site", name: "Old side", address: "192.0.2.10", state: on.has("site-down:old") ? "503 to every request" : "200, build 7d19" },
    { kind: "site", name: "New side", address: "198.51.100.20", state: on.has("site-down:new") ? "503 to every request" : "200, build 8f2c" },
  ],
  drills: [
    {
      id: "answer-lost",
      part: "DNS switch",
      title: "The answer to the switch is lost",
      when: "When `mid.3` is Ready, before you confirm it.",
      sentence: "The next change is carried out, then the connection is dropped.",
      says: "The step is In doubt, and nothing is sent again.",
      then: "Wait.",
      fault: "lost-response",
      at_once: false,
      on: on.has("lost-response"),
    },
    {
      id: "record-changed",
      part: "DNS switch",
      title: "The record was changed by somebody",
      when: "When `switch-dns` is Ready, before you confirm it.",
      sentence: "Somebody else changes the record behind the operator's back.",
      says: "Blocked: nothing was changed.",
      then: "Find out who changed it.",
      fault: "second-writer",
      at_once: true,
      on: false,
    },
    {
      id: "old-site-down",
      part: "Way back",
      title: "The old site is down after the switch",
      when: "When `mid.3` is Done.",
      sentence: "The old side answers 503 until it is lifted.",
      says: "The way back is not proven.",
      then: "Repair the old side.",
      fault: "site-down:old",
      at_once: false,
      on: on.has("site-down:old"),
    },
  ],
  faults: [
    { name: "lost-response", part: "Calls to AWS", sentence: "The next change is carried out, then the connection is dropped.", on: on.has("lost-response") },
    { name: "second-writer", part: "DNS", sentence: "Somebody else changes the record behind the operator's back.", on: false },
    { name: "site-down:new", part: "Sites", sentence: "The new side answers 503 until it is lifted.", on: on.has("site-down:new") },
    { name: "site-down:old", part: "Sites", sentence: "The old side answers 503 until it is lifted.", on: on.has("site-down:old") },
  ],
});

export function eventsOf(now: number): EventView[] {
  const told: [number, string, string | null, string | null, string][] = [
    [4320, "run_opened", null, "m.example", "Run opened on rehearsal: TIS to Cognito"],
    [4310, "driver_started", null, "m.example", "Began to drive on desk-1"],
    [2600, "checks_started", "mid.1", null, "Checks started"],
    [2520, "attested", "mid.1", "s.example", "Done by a person: notice sent to 44 admins"],
    [1800, "intended", "mid.2", null, "Apply 1 begins: 9 write routes denied"],
    [1790, "answered", "mid.2", null, "Apply accepted by AWS, request req-77aa10"],
    [1740, "verified", "mid.2", null, "Apply verified from outside by 3 checks"],
    [900, "monitor_read", null, null, "Monitor admins-ui: pass, 200, build 7d19"],
    [300, "held", null, "m.example", "On hold: waiting for the admins' call"],
    [240, "released", null, "m.example", "Goes on: everybody is back"],
    [60, "checks_finished", "mid.3", null, "Checks ended: 7 of 8 pass"],
  ];
  return told.map(([ago, kind, step, actor, sentence], i) => ({ seq: i + 1, at: iso(now - ago * 1000), kind, step, actor, sentence }));
}
