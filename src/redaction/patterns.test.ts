/** What the patterns find and what they leave, and that no text makes them slow. */

import { describe, expect, it } from 'vitest';
import { BUILT_IN, type BuiltInName } from './built-in.ts';
import { ownPattern } from './own-pattern.ts';

const found = (name: BuiltInName, text: string) =>
  BUILT_IN[name].find(text).map(({ from, to }) => text.slice(from, to));

const FINDS: Readonly<Record<BuiltInName, readonly (readonly [string, ...string[]])[]>> = {
  email: [
    ['write to ann.b+c@mail.example.org, please', 'ann.b+c@mail.example.org'],
    ['<ann@x.io>;bob@y.co.uk', 'ann@x.io', 'bob@y.co.uk'],
    ['mailto:jürgen@müller.de.', 'jürgen@müller.de'],
    ['"john doe"@example.com', '"john doe"@example.com'],
    ['a@b.cd@e.fg', 'a@b.cd'],
    [`${'x'.repeat(100)}@example.com`, `${'x'.repeat(64)}@example.com`],
  ],
  card: [
    ['pay with 4111 1111 1111 1111 now', '4111 1111 1111 1111'],
    ['4111111111111111', '4111111111111111'],
    ['amex 3782-822463-10005.', '3782-822463-10005'],
    ['order 12 5555 5555 5555 4444 12/27', '5555 5555 5555 4444'],
    ['2223003122003222,6011000990139424', '2223003122003222', '6011000990139424'],
    ['30569309025904 3530111333300000', '30569309025904', '3530111333300000'],
  ],
  key: [
    ['OPENAI_API_KEY=sk-proj-abcDEF123456_7890-xyz', 'sk-proj-abcDEF123456_7890-xyz'],
    ['sk-ant-api03-AAAAAAAAAAAAAAAAAAAA', 'sk-ant-api03-AAAAAAAAAAAAAAAAAAAA'],
    ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789'],
    ['Authorization: Bearer abcdef0123456789abcdef', 'abcdef0123456789abcdef'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln'],
    ['postgres://app:hunter2@db:5432/x', 'hunter2'],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----!',
      '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----',
    ],
    ['-----BEGIN PRIVATE KEY-----\ncut off', '-----BEGIN PRIVATE KEY-----\ncut off'],
    [
      'xoxb-123456789012-abcdef and AIzaSyA1234567890abcdefghijklmnopqrstuv',
      'xoxb-123456789012-abcdef',
      'AIzaSyA1234567890abcdefghijklmnopqrstuv',
    ],
    ['trib_0123456789abcdefghijklmnopqrstuv', 'trib_0123456789abcdefghijklmnopqrstuv'],
  ],
  ipv4: [
    ['from 192.168.0.1:80 to 8.8.8.8.', '192.168.0.1', '8.8.8.8'],
    ['[10.0.0.255]', '10.0.0.255'],
  ],
  ipv6: [
    ['host 2001:db8::8a2e:370:7334, ::1', '2001:db8::8a2e:370:7334', '::1'],
    ['[fe80::1]:80 ::ffff:10.0.0.1', 'fe80::1', '::ffff:10.0.0.1'],
    ['2001:0db8:85a3:0000:0000:8a2e:0370:7334', '2001:0db8:85a3:0000:0000:8a2e:0370:7334'],
  ],
  phone: [
    ['call +49 (0)30 1234567 or 0049 151 23456789', '+49 (0)30 1234567', '0049 151 23456789'],
    ['(415) 555-2671, 415-555-2671 and 1-415-555-2671', '(415) 555-2671', '415-555-2671', '1-415-555-2671'],
    ['+14155552671', '+14155552671'],
    ['+49 30 901820+49 30 901820', '+49 30 901820', '+49 30 901820'],
  ],
  iban: [
    ['DE89 3704 0044 0532 0130 00 AND MORE', 'DE89 3704 0044 0532 0130 00'],
    ['gb29nwbk60161331926819', 'gb29nwbk60161331926819'],
    ['(FR1420041010050500013M02606)', 'FR1420041010050500013M02606'],
  ],
  ssn: [['my ssn is 536-90-4399.', '536-90-4399']],
};

const LEAVES: Readonly<Record<BuiltInName, readonly string[]>> = {
  email: ['@ann', 'a@b', 'ann@', '@decorator.of', 'user@1.2', '5 @ 3.50', 'a@b.c'],
  card: [
    '4111 1111 1111 1112',
    '1700000000000000',
    '1763744175123456789',
    '0.4111111111111111',
    'a4111111111111111',
    '3fa85f64-5717-4562-b3fc-2c963f66afa6',
    '41111111111111114111111111111111',
    '2024-01-01 2024-01-02 2024',
  ],
  key: [
    'sk-short',
    'task-management-of-the-world',
    'bearer of news',
    'a risk-averse-and-long-winded-plan',
    'https://host:80/@x',
    'skills',
  ],
  ipv4: ['1.2.3', '256.1.1.1', '1.2.3.4.5', 'v1.2.3.4', '1.2.3.400'],
  ipv6: ['12:34:56', 'std::vector', 'a::b', '::', 'Foo::Bar', 'key: value'],
  phone: ['2026-11-21 16:56', '3fa85f64-5717-4562-b3fc-2c963f66afa6', '1234567890', '12.5 + 3', '100-200-3000'],
  iban: ['DE88 3704 0044 0532 0130 00', 'GB29', 'XX00 1234 5678 9012', 'DE8937040044053201300011'],
  ssn: ['000-12-3456', '666-12-3456', '123-45-67890', '2026-11-2021', '123-00-4567'],
};

describe.each(Object.keys(BUILT_IN) as BuiltInName[])('%s', (name) => {
  it.each(FINDS[name])('in %j', (text, ...expected) => {
    expect(found(name, text)).toEqual(expected);
    expect(BUILT_IN[name].mayOccurIn(text)).toBe(true);
  });

  it.each(LEAVES[name])('not in %j', (text) => expect(found(name, text)).toEqual([]));

  it('takes linear time on texts that are made to be slow', () => {
    const pieces = [
      ...['a', '@', 'a@', 'a.', '1', '1 ', '1-', '1.', ':', 'f:', '::', '+1', '+', '(', 'DE89', 'D', 'DE89 ', ' '],
      ...[
        'sk-',
        'eyJ',
        'eyJaaaaa.',
        'bearer ',
        '://a:',
        '://',
        '-----BEGIN PRIVATE KEY-----',
        'aws secret ',
        'é',
        '😀',
        '"',
      ],
      ...['4111 ', '4111', '4111-', 'AKIA', '536-', '1.1.1.', 'a@b.', 'a@b-', '@a.b', '"@', 'xoxb-'],
    ];
    for (const piece of pieces) {
      const text = piece.repeat(200_000 / piece.length);
      const startedAt = performance.now();
      BUILT_IN[name].find(text);
      // 10 µs per character is far above what any takes, and far below what backtracking would.
      expect([piece, performance.now() - startedAt]).toEqual([piece, expect.toSatisfy((ms) => ms < 2_000)]);
    }
  });
});

describe('own patterns', () => {
  it('find what they say', () => {
    const pattern = ownPattern('EMP-\\d{6}|(?i)projekt\\s+\\w+');
    if (!pattern.ok) throw new Error(pattern.fault.message);
    const text = 'EMP-123456, PROJEKT Adler';
    expect(pattern.value.find(text).map(({ from, to }) => text.slice(from, to))).toEqual([
      'EMP-123456',
      'PROJEKT Adler',
    ]);
  });

  it.each([
    '(a)\\1',
    '(?=a)b',
    '(?<!a)b',
    '(',
    '[z-a]',
    'a{5000}',
    '',
    'a*',
    '(?:)',
    '((a{10}){10}){10}',
    'x'.repeat(257),
  ])('refuse %j', (source) =>
    expect(ownPattern(source)).toMatchObject({ ok: false, fault: { message: expect.any(String) } }),
  );

  it.each(['(a+)+$', '(a|a)*b', '(a|aa)+$', '(.*)*x', '(?:a?){50}a{50}', '(\\w+\\s?)+$'])(
    '%s takes linear time',
    (source) => {
      const pattern = ownPattern(source);
      // Some of them match nothing at all, and are refused for that.
      if (!pattern.ok) return expect(pattern.fault.message).toContain('empty');
      const startedAt = performance.now();
      pattern.value.find('a'.repeat(32_768));
      expect(performance.now() - startedAt).toBeLessThan(3_000);
    },
  );
});
