// A mission under way: what a phone sends appears by itself, and is only ever text.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { enter, mission } from "./browser.mjs";

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
  await until("2 reports");
  await browser.go(`/reports/${hash}`);
  await until("onerror");
  assert.equal(await browser.page.$("main img, main script"), null);
  assert.ok(!/^[12]$/.test(await browser.page.title()));
  const others = browser.asked.filter((url) => !url.startsWith(browser.origin) && !url.startsWith("data:"));
  assert.deepEqual(others, []);
  assert.deepEqual(browser.complaints, []);
});

test("a decision is signed and shown", async () => {
  const { hash } = await served.ask("tell to be left out");
  await browser.go("/reports");
  await browser.page.waitForSelector(`a[href*="${hash}"]`);
  await browser.go(`/reports/${hash}`);
  await browser.page.select('select[name="decision"]', "exclude");
  await browser.page.type('input[name="reason"]', "heard twice");
  await Promise.all([browser.page.waitForNavigation(), browser.page.click("#decide button")]);
  await until("heard twice");
});
