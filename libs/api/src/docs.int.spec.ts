import { describeWithTool } from '@tidewaiter/testing';
import { chromium, type Browser, type Page } from 'playwright-core';
import { Fleet } from './testing/fleet';
import { startApi, type StartedApi } from './testing/start-api';

describeWithTool('chromium', 'the documentation in a real browser', () => {
  let api: StartedApi;
  let url: string;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const strangers: string[] = [];

  beforeAll(async () => {
    api = await startApi();
    await new Fleet(api.database).addImage({ name: 'web', repository: 'shop/web', tags: ['v1'] });
    ({ url } = await api.app.listen({ host: '127.0.0.1', port: 0 }));
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1280, height: 1600 } });
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) strangers.push(request.url());
    });
    await page.goto(`${url}/docs`);
    await page.waitForSelector('.opblock');
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await api.stop();
  });

  it('lists every operation', async () => {
    const paths = await page.locator('.opblock-summary-path').allTextContents();
    const plain = paths.map((path) => path.replace(/[\u200b\s]/g, ''));
    expect(plain).toEqual(
      expect.arrayContaining(['/api/v1/images', '/api/v1/vulnerabilities/{id}', '/api/v1/coverage']),
    );
    expect(await page.locator('.info .title').textContent()).toContain('Tidewaiter');
  }, 30_000);

  it('asks for the key in its dialog and calls the API with it', async () => {
    await page.locator('.btn.authorize').first().click();
    await page.locator('.auth-container input').fill(api.key);
    await page.locator('.auth-btn-wrapper .btn.authorize').click();
    await page.locator('.btn-done').click();
    const operation = page.locator('.opblock', { hasText: 'List images' }).first();
    await operation.locator('.opblock-summary-control').click();
    await operation.locator('.try-out__btn').click();
    await operation.locator('.execute').click();
    await operation.locator('.live-responses-table .response-col_status').first().waitFor();
    expect(await operation.locator('.live-responses-table').textContent()).toContain('shop/web');
  }, 30_000);

  it('keeps the key out of the browser once the page is gone', async () => {
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');
    expect(kept).not.toContain(api.key);
  });

  it('asks nobody else and has nothing to complain about', () => {
    expect(strangers).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('forbids scripts that are not its own files', async () => {
    const answer = await api.get('/docs/');
    expect(answer.headers['content-security-policy']).toContain("script-src 'self'");
    expect(answer.body).not.toMatch(/<script(?![^>]*\bsrc=)/);
  });
});
