// The page over everything that the demonstration left, as somebody uses it who sees, or hears, or has no mouse.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { demonstration, enter, faults, languages, paths } from "./browser.mjs";

let served, browser;
before(async () => {
  served = await demonstration();
  browser = await enter(served);
});
after(async () => {
  await browser?.close();
  served?.stop();
});

/** Every page, with one figure and one report. */
async function every() {
  await browser.go("/reports");
  const report = await browser.page.$eval('main a[href^="/reports/"]', (a) => a.getAttribute("href"));
  await browser.go("/findings");
  const figure = await browser.page.$eval('main a[href^="/findings/"]', (a) => a.getAttribute("href"));
  return [...paths, figure, report].map((path) => path.split("?")[0]);
}

test("nothing that axe knows of keeps anybody out", async () => {
  for (const path of await every()) {
    for (const language of languages) {
      for (const scheme of ["light", "dark"]) {
        await browser.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        await browser.go(`${path}?lang=${language}`);
        assert.equal(await browser.page.$eval("html", (html) => html.lang), language);
        assert.deepEqual(await faults(browser.page), [], `${path} ${language} ${scheme}`);
      }
    }
  }
});

test("a keyboard reaches everything, and sees where it is", async () => {
  await browser.go("/reports");
  const reached = new Set();
  const all = await browser.page.$$eval("a, button, input:not([type=hidden]), select", (all) => all.length);
  await browser.page.keyboard.press("Tab");
  assert.equal(await browser.page.evaluate(() => document.activeElement.className), "skip");
  await browser.page.keyboard.press("Enter");
  assert.equal(await browser.page.evaluate(() => location.hash), "#main");
  await browser.go("/reports");
  for (let presses = 0; presses < all; presses++) {
    await browser.page.keyboard.press("Tab");
    const seen = await browser.page.evaluate(() => {
      const at = document.activeElement;
      const style = getComputedStyle(at);
      return { outlined: style.outlineStyle !== "none", at: at.outerHTML };
    });
    assert.ok(seen.outlined, `nothing shows where the keyboard is: ${seen.at}`);
    reached.add(seen.at);
  }
  assert.ok(reached.size > 20, `${reached.size} of ${all}`);
});

test("a narrow window scrolls one way only, and letters twice as large fit", async () => {
  for (const path of await every()) {
    await browser.page.setViewport({ width: 320, height: 700 });
    await browser.go(path);
    const wide = await browser.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= 320, `${path} is ${wide} wide`);
    // Tables alone may scroll to the side.
    const cut = await browser.page.evaluate(() =>
      [...document.querySelectorAll("main *")].filter((e) => !e.closest("table, figure, .away") && e.getBoundingClientRect().right > 320)
        .map((e) => e.outerHTML.slice(0, 90)));
    assert.deepEqual(cut, [], path);
  }
  await browser.page.setViewport({ width: 1280, height: 900 });
});

test("a count of reports leads to as many", async () => {
  await browser.go("/");
  const cards = await browser.page.$$eval('main a.card[href^="/reports"]', (all) =>
    all.map((a) => [a.getAttribute("href"), Number(a.querySelector(".number").textContent)]));
  assert.ok(cards.length >= 3 && cards[0][1] > 1_700, `${cards}`);
  for (const [link, number] of cards) {
    await browser.go(link);
    const found = await browser.page.$eval("main", (main) => main.textContent);
    assert.ok(found.includes(`Reports: ${number}`), `${link} shows not ${number}`);
  }
});

test("a region on the map leads to its reports, and all of it from right to left", async () => {
  const arabic = await demonstration("sahra-2026");
  const other = await enter(arabic);
  await other.go("/findings?lang=ar");
  const figure = await other.page.$eval('main a[href^="/findings/"]', (a) => a.getAttribute("href"));
  for (const path of ["/", figure, "/counts", "/paper"]) {
    await other.go(path.includes("lang=") ? path : `${path}?lang=ar`);
    assert.equal(await other.page.$eval("html", (html) => html.dir), "rtl");
    assert.deepEqual(await faults(other.page), [], path);
  }
  await other.go(figure);
  const regions = await other.page.$$eval("svg.map a", (all) => all.map((a) => a.getAttribute("href")));
  assert.ok(regions.length > 5, `${regions}`);
  await other.go(regions[0]);
  assert.ok((await other.page.$$("main table tbody tr")).length > 0);
  assert.deepEqual(other.complaints, []);
  await other.close();
  arabic.stop();
});

test("a statement goes out as a document that opens", async () => {
  for (const [format, begins] of [["pdf", "%PDF"], ["docx", "PK"], ["html", "<!DO"]]) {
    await browser.go("/statement");
    const first = await browser.page.evaluate(async (format) =>
      (await (await fetch(`/statement.${format}?lang=kk`)).text()).slice(0, 4), format);
    assert.ok(first.startsWith(begins), `${format}: ${first}`);
  }
});

test("it asks nobody but itself, and complains of nothing", () => {
  const others = browser.asked.filter((url) => !url.startsWith(browser.origin) && !url.startsWith("data:"));
  assert.deepEqual(others, []);
  assert.deepEqual(browser.complaints, []);
});

test("on paper there are no ways to click", async () => {
  await browser.page.emulateMediaType("print");
  await browser.go("/statement");
  const shown = await browser.page.$$eval("header nav, form", (all) => all.filter((e) => getComputedStyle(e).display !== "none").length);
  assert.equal(shown, 0);
  await browser.page.emulateMediaType("screen");
});
