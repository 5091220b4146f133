// A mission under way: what a phone sends appears by itself, and is only ever text.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, faults, mission } from "./browser.mjs";

let served, browser;
before(async () => {
  served = await mission();
  browser = await enter(served);
});
after(async () => {
  await browser?.close();
  served?.stop();
});

const received = () => browser.page.$eval(".card .number", (number) => Number(number.textContent));
const until = (words) => browser.page.waitForFunction((words) => document.body.textContent.includes(words), { timeout: 20_000 }, words);

test("a report is counted without loading the page anew", async () => {
  await browser.go("/");
  await browser.page.evaluate(() => (globalThis.same = true));
  const before = await received();
  await served.ask("tell a first report");
  await browser.page.waitForFunction((n) => Number(document.querySelector(".card .number").textContent) === n, { timeout: 20_000 }, before + 1);
  assert.ok(await browser.page.evaluate(() => globalThis.same), "it is the same page");
});

test("what a report says is text, whatever it says", async () => {
  const evil = '<img src=x onerror="document.title=1"><script>document.title=2</script> \u202e=SUM(A1)';
  const { hash } = await served.ask(`tell ${evil}`);
  await browser.go("/reports");
  await until("Reports: 2");
  await browser.go(`/reports/${hash}`);
  await until("onerror");
  assert.equal(await browser.page.$("main img, main script"), null);
  assert.ok(!/^[12]$/.test(await browser.page.title()));
  const others = browser.asked.filter((url) => !url.startsWith(browser.origin) && !url.startsWith("data:"));
  assert.deepEqual(others, []);
  assert.deepEqual(browser.complaints, []);
});

test("a call for help stands on every page until somebody signs for it", async () => {
  await browser.go("/statement");
  await served.ask("alarm");
  await browser.page.waitForSelector("#alarms .alarm");
  assert.deepEqual(await faults(browser.page), []);
  await browser.go("/phones");
  await browser.page.click("#alarms a");
  await browser.page.waitForSelector(".attend input[name=reason]");
  assert.deepEqual(await faults(browser.page), []);
  await browser.page.type(".attend input[name=reason]", "Aru calls them");
  await Promise.all([browser.page.waitForNavigation(), browser.page.click(".attend button")]);
  await browser.page.waitForFunction(() => !document.querySelector("#alarms .alarm"));
  await browser.go("/urgent");
  await until("Aru calls them");
});

test("an answer is corrected, with a reason, and both are shown", async () => {
  const { hash } = await served.ask("tell the number was wrong");
  await browser.go("/reports");
  await browser.page.waitForSelector(`a[href*="${hash}"]`);
  await browser.go(`/reports/${hash}`);
  assert.deepEqual(await faults(browser.page), []);
  const step = (button) => Promise.all([browser.page.waitForNavigation(), browser.page.click(button)]);
  const correct = async (answer) => {
    await browser.page.select("#correct select", "participants");
    await step("#correct button");
    for (const [name, words] of [["value", answer], ["reason", "misread"], ["source", "a call"]]) {
      await browser.page.type(`#correct input[name=${name}]`, words);
    }
    await step("#correct button");
  };
  await correct("many");
  await until("no whole number");
  await browser.go(`/reports/${hash}`);
  await correct("250");
  await until("Nothing is signed yet");
  assert.deepEqual(await faults(browser.page), []);
  await step("#sign-correction button");
  await until("misread");
  const row = await browser.page.$$eval("main table tbody tr", (all) => all.map((r) => r.textContent).find((t) => t.includes("participants")));
  assert.ok(row.includes("—") && row.includes("250") && row.includes("a call"), row);
});

test("a decision is signed and shown", async () => {
  const { hash } = await served.ask("tell to be left out");
  await browser.go("/reports");
  await browser.page.waitForSelector(`a[href*="${hash}"]`);
  await browser.go(`/reports/${hash}`);
  await browser.page.select('select[name="decision"]', "exclude");
  await browser.page.type('#decide input[name="reason"]', "heard twice");
  await Promise.all([browser.page.waitForNavigation(), browser.page.click("#decide button")]);
  await until("heard twice");
});

test("a paper form is typed in with digits, and goes on by itself", async () => {
  await browser.go("/paper");
  assert.deepEqual(await faults(browser.page), []);
  await browser.page.select('select[name="checklist"]', "campaign_event");
  await browser.page.type('input[name="visit"]', "C01-91");
  await browser.page.type('input[name="place"]', "astana");
  await Promise.all([browser.page.waitForNavigation(), browser.page.click("main form button")]);
  assert.deepEqual(await faults(browser.page), []);
  const of = (name) => `form.question:has(input[value="${name}"])`;
  // Yes, no, and one that is not known: 1, 2, and the third choice.
  await browser.page.focus(`${of("by_candidate")} input[type=radio]`);
  await browser.page.keyboard.press("1");
  const chosen = (name) => browser.page.waitForSelector(`${of(name)} input:checked`, { timeout: 20_000 });
  await chosen("by_candidate");
  // What the answer brings in comes next.
  await browser.page.waitForFunction(() => document.activeElement.closest("form")?.elements.question.value === "candidate");
  await browser.page.keyboard.type("<b>Somebody</b>");
  await browser.page.keyboard.press("Tab");
  await browser.page.waitForFunction(() => document.activeElement.closest("form")?.elements.question.value === "venue");
  await browser.page.keyboard.press("2");
  await chosen("venue");
  await browser.page.focus(`${of("participants")} input[type=text]`);
  await browser.page.keyboard.type("many");
  await browser.page.keyboard.press("Enter");
  await browser.page.waitForSelector(`${of("participants")} [role=alert]`);
  await browser.page.type('#sign input[name="incomplete"]', "the rest is illegible");
  await Promise.all([browser.page.waitForNavigation(), browser.page.click('#sign button[value="sign"]')]);
  await browser.go("/reports?q=C01-91");
  await until("Reports: 1");
});

test("a text is coded, and its translation stands beside it", async () => {
  await browser.go("/paper");
  await browser.page.select('select[name="checklist"]', "campaign_event");
  await browser.page.type('input[name="visit"]', "C01-92");
  await browser.page.type('input[name="place"]', "astana");
  await Promise.all([browser.page.waitForNavigation(), browser.page.click("main form button")]);
  await browser.page.type('form.question:has(input[value="summary"]) textarea', "Тыныш өтті");
  await browser.page.keyboard.press("Tab");
  await browser.page.waitForFunction(() => document.querySelector('form.question:has(input[value="summary"]) textarea').textContent === "Тыныш өтті");
  await browser.page.type('#sign input[name="incomplete"]', "the rest is illegible");
  await Promise.all([browser.page.waitForNavigation(), browser.page.click('#sign button[value="sign"]')]);
  await browser.go("/texts");
  await until("Тыныш өтті");
  await browser.page.click("article summary");
  await browser.page.click("article input[name=code]");
  await browser.page.type("article textarea", "It was calm");
  assert.deepEqual(await faults(browser.page), []);
  await Promise.all([browser.page.waitForNavigation(), browser.page.click("article button")]);
  await until("It was calm");
});
