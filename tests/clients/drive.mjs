// Drives Chromium: `drive.mjs playwright|puppeteer URL [USER-AGENT]`.

const [driver, url, userAgent] = process.argv.slice(2);
const executablePath = "/usr/bin/chromium";

async function playwright() {
  const { chromium } = await import("playwright-core");
  const args = ["--headless", "--no-sandbox"];
  const browser = await chromium.launch({ executablePath, args });
  const context = await browser.newContext({
    ignoreHTTPSErrors: true,
    ...(userAgent && { userAgent }),
  });
  const page = await context.newPage();
  await page.goto(url, { waitUntil: "networkidle" });
  await browser.close();
}

async function puppeteer() {
  const { launch } = await import("puppeteer-core");
  const args = ["--no-sandbox"];
  const browser = await launch({ executablePath, args, acceptInsecureCerts: true });
  const page = await browser.newPage();
  if (userAgent) await page.setUserAgent({ userAgent });
  await page.goto(url, { waitUntil: "networkidle0" });
  await browser.close();
}

await { playwright, puppeteer }[driver]();
