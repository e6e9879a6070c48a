import { OperationalError, UserError } from '@tidewaiter/kit';
import { failureOf } from './failure-advice';

describe('what to do about a change the registry did not take', () => {
  it.each(['registry-unauthorized', 'registry-denied'])('names the role that is missing', (code) => {
    const refused = new UserError(code, 'Not allowed.');
    expect(failureOf('release', refused)).toEqual({
      code: 'role-missing',
      message: 'Not allowed. Give our identity the roles AcrQuarantineReader and AcrQuarantineWriter.',
      retry: 'role',
    });
    expect(failureOf('disable-pull', refused).message).toContain('AcrPush');
    expect(failureOf('mark-existing', refused).message).toContain('AcrQuarantineWriter');
  });

  it('says that it is locked, or gone, and does not try again', () => {
    const locked = failureOf('disable-pull', new UserError('registry-disallowed', 'It is locked.'));
    expect(locked).toMatchObject({ code: 'locked', retry: 'no' });
    expect(locked.message).toContain('--write-enabled true');
    expect(failureOf('hold', new UserError('manifest-unknown', 'There is none.'))).toMatchObject({
      code: 'gone',
      retry: 'no',
    });
  });

  it('tries again when the registry is at fault, as late as it wants', () => {
    const throttled = new OperationalError('registry-throttled', 'Too many.', { retryAfterSeconds: 90 });
    expect(failureOf('release', throttled)).toMatchObject({ retry: 'soon', retryAfterSeconds: 90 });
    expect(failureOf('release', new Error('odd'))).toEqual({
      code: 'registry-failed',
      message: 'odd It is tried again.',
      retry: 'soon',
    });
  });
});
