// A browser before a page that a real desk serves.
import puppeteer from "puppeteer-core";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const languages = ["en", "kk", "ru"];
export const paths = ["/", "/findings", "/statement", "/counts", "/urgent", "/timeline", "/media", "/reports", "/texts", "/cleaning", "/paper",
  "/phones"];

/** A named part of the environment, which `cargo xtask browser` sets. */
function given(name) {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run \`cargo xtask browser\``);
  return value;
}

/** The desk of a demonstration, without its server. */
export async function demonstration(of = "kazakhstan-2023") {
  const args = ["desk", "page", "--folder", `${given("BAQYLAU_DEMOS")}/${of}/mission`, "--port", "0"];
  const env = { ...process.env, BAQYLAU_PASSPHRASE: "demonstration only" };
  const process_ = spawn(given("BAQYLAU_BINARY"), args, { env, stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface({ input: process_.stdout })) {
    const address = line.match(/http:\/\/\S+/);
    if (address) return { address: address[0], stop: () => process_.kill() };
  }
  throw new Error("the page was not served");
}

/** A mission with a server, a phone and a page, asked by lines. */
export async function mission() {
  const process_ = spawn(given("BAQYLAU_TEST_MISSION"), { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: process_.stdout })[Symbol.asyncIterator]();
  const hear = async () => JSON.parse((await lines.next()).value);
  await hear();
  const ask = (line) => (process_.stdin.write(line + "\n"), hear());
  const { page } = await ask("page");
  return { address: page, ask, stop: () => process_.stdin.end() };
}

/** Opens the page; what it asked of whom, and what it complained of, is kept. */
export async function enter(served, options = {}) {
  const browser = await puppeteer.launch({
    executablePath: given("BAQYLAU_CHROMIUM"),
    // Chromium's own sandbox needs rights that containers do not give.
    args: ["--no-sandbox", "--disable-gpu"],
  });
  const page = await browser.newPage();
  await page.setViewport({ width: 1280, height: 900, ...options });
  const asked = [], complaints = [];
  page.on("request", (request) => asked.push(request.url()));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(served.address);
  const origin = new URL(served.address).origin;
  const go = (path) => page.goto(origin + path, { waitUntil: "load" });
  return { page, origin, go, asked, complaints, close: () => browser.close() };
}

/** What axe finds wrong by WCAG 2.2 AA, a line each. */
export async function faults(page) {
  // A page with a strict policy runs no script of others: the browser itself runs this one.
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    globalThis.axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary}`));
}
