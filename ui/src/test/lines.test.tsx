import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { partsOf, Reading } from "../components/Reading";
import { shortened } from "../format/lines";

describe("the lines of a change", () => {
  const tail = "cache off, logging ERROR, metrics on";
  it("say once what all of them end in", () => {
    const before = ["PUT /a: as the whole stage", `PUT /b: rate 5, burst 5, ${tail}`];
    const after = [`PUT /a: rate 0, burst 0, ${tail}`, `PUT /b: rate 0, burst 0, ${tail}`];
    expect(shortened(before, after)).toEqual({
      before: ["PUT /a: as the whole stage", "PUT /b: rate 5, burst 5, …"],
      after: ["PUT /a: rate 0, burst 0, …", "PUT /b: rate 0, burst 0, …"],
      rest: tail,
    });
  });
  it("stay whole where one of them differs, or few are alike", () => {
    const differs = [`PUT /a: rate 0, ${tail}`, `PUT /b: rate 0, ${tail}`, "PUT /c: rate 0, cache off, logging ERROR, metrics off"];
    expect(shortened([], differs)).toEqual({ before: [], after: differs, rest: null });
    const record = ["A apps.example.nhs.test 192.0.2.10 TTL 60 s"];
    expect(shortened(record, record)).toEqual({ before: record, after: record, rest: null });
  });
});

describe("a reading", () => {
  const counted = "304 of 328 writes closed, 20 of 20 reads open, 1 of 1 other URLs answered";
  const leak = "leak: POST /api/users/{u}/mfa/reset answered 401 by the application, at https://apps.example.nhs.test";
  it("of many parts is a list, in which what leaks is found", () => {
    const { container } = render(<Reading text={`${counted}; ${leak}; and 21 more`} />);
    expect([...container.querySelectorAll("li")].map((li) => li.textContent)).toEqual([leak, "and 21 more"]);
    expect(container.querySelector("strong")?.textContent).toBe("leak: POST /api/users/{u}/mfa/reset");
    expect(container.textContent).toContain(counted);
  });
  it("with a remark, or that is short, is one text", () => {
    for (const text of [`${counted}; this shows the way, not that writes work`, "Count; Firewall Manager owns the web ACL"]) {
      expect(partsOf(text)).toEqual([text]);
    }
  });
});
